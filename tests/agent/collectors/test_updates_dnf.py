"""Kind `updates` in Red Hat's family: what dnf has cached; other package managers are named and not guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agent.collectors.updates_machines import collected

from tuanthu_agent.collectors.updates import dnf_parsing

# Synthetic: output as dnf's documentation shows it (dnf 4 command reference, updateinfo and repoquery; dnf5-advisory(8)).
QUERY = "dnf -C -q repoquery --upgrades --latest-limit=1 --qf %{name} %{arch} %{evr}\n"
ADVICE = "dnf -C -q updateinfo list --updates"
UPGRADES = "openssl x86_64 1:3.0.7-28.el9_4\nkernel-core x86_64 5.14.0-427.20.1.el9_4\nnano x86_64 5.6.1-6.el9\n"
DNF4 = """RHSA-2024:1234 Important/Sec. openssl-1:3.0.7-28.el9_4.x86_64
RHSA-2024:3306 Moderate/Sec.  kernel-core-5.14.0-427.18.1.el9_4.x86_64
RHSA-2024:3619 Critical/Sec.  kernel-core-5.14.0-427.20.1.el9_4.x86_64
RHBA-2024:2000 bugfix         nano-5.6.1-6.el9.x86_64
"""
DNF5 = """Name           Type     Severity  Package                                   Issued
RHSA-2024:1234 security Important openssl-1:3.0.7-28.el9_4.x86_64 2024-05-01 10:00:00
RHSA-2024:3619 security Critical  kernel-core-5.14.0-427.20.1.el9_4.x86_64 2024-06-05 10:00:00
RHBA-2024:2000 bugfix   None      nano-5.6.1-6.el9.x86_64 2024-05-01 10:00:00
"""
# Captured from dnf 4.14 with a repository of its own in a folder.
REAL_UPGRADES = """kernel-core-test noarch 5.14-430.el9_4

nano-test noarch 5.6.1-6.el9

openssl-test noarch 1:3.0-2.el9_4

"""
REAL_DNF4 = """RHSA-2024:3619 Unknown/Sec.   kernel-core-test-5.14-430.el9_4.noarch
RHBA-2024:2000 bugfix         nano-test-5.6.1-6.el9.noarch
RHSA-2024:1234 Important/Sec. openssl-test-1:3.0-2.el9_4.noarch
"""
CACHE = "/var/cache/dnf/baseos-0123456789abcdef/repodata/"
ALMA = {
    "/usr/bin/dnf": "",
    "/etc/os-release": 'NAME="AlmaLinux"\nID="almalinux"\nVERSION_ID="9.4"\n',
    f"{CACHE}repomd.xml": "<repomd><data><timestamp>1795400000</timestamp></data></repomd>",
    f"{CACHE}abc-updateinfo.xml.gz": "x",
    "/var/log/dnf.rpm.log": "2026-11-20T06:12:33+0700 SUBDEBUG Upgrade: nano-5.6.1-5.el9.x86_64\n"
    "2026-11-20T06:12:34+0700 SUBDEBUG Upgraded: nano-5.6.1-4.el9.x86_64\n",
}


@pytest.mark.parametrize("advice", [DNF4, DNF5])
def test_almalinux_by_what_dnf_has_cached(machine, advice):
    result = collected(machine(ALMA, {QUERY: UPGRADES, ADVICE: advice}))
    assert result.facts == {
        "release": "AlmaLinux 9",
        "os_support_ends": "2032-05-31T23:59:59Z",
        "os_support_source": "https://wiki.almalinux.org/release-notes/ (security support)",
        "last_check": "2026-11-23T02:13:20Z",
        "last_install": "2026-11-19T23:12:33Z",
        "pending_count": 3,
        "pending_security_count": 2,
        "pending": [
            {
                "name": "kernel-core.x86_64",
                "version": "5.14.0-427.20.1.el9_4",
                "security": True,
                "severity": "critical",
            },
            {"name": "openssl.x86_64", "version": "3.0.7-28.el9_4", "security": True, "severity": "important"},
            {"name": "nano.x86_64", "version": "5.6.1-6.el9", "security": False},
        ],
        "automatic": False,
    }


@pytest.mark.parametrize(
    ("output", "counted"),
    [({QUERY: "Lỗi: bộ nhớ đệm\n"}, set()), ({ADVICE: DNF4 + "Lỗi: bộ nhớ đệm\n"}, {"pending_count"})],
    ids=["upgrades", "advisories"],
)
def test_nothing_is_counted_from_a_list_that_is_not_understood(machine, output, counted):
    result = collected(machine(ALMA, {QUERY: UPGRADES, ADVICE: DNF4, **output}))
    assert {"pending_count", "pending_security_count"} & result.facts.keys() == counted
    assert "dnf-output: " in result.reason


def test_what_dnf_really_writes():
    assert dnf_parsing.parse_upgrades(REAL_UPGRADES) == {
        "kernel-core-test.noarch": "5.14-430.el9_4",
        "nano-test.noarch": "5.6.1-6.el9",
        "openssl-test.noarch": "3.0-2.el9_4",
    }
    assert dnf_parsing.parse_advisories(REAL_DNF4) == {
        "kernel-core-test.noarch": "",
        "openssl-test.noarch": "important",
    }


def test_repositories_without_advisories_tell_no_number_of_security_updates(machine):
    files = {name: content for name, content in ALMA.items() if "updateinfo" not in name}
    result = collected(machine(files, {QUERY: UPGRADES, ADVICE: ""}))
    assert result.facts["pending_count"] == 3
    assert "pending_security_count" not in result.facts
    assert "no-security-source: pending_security_count" in result.reason


def test_dnf_automatic_counts_when_it_installs(machine, tmp_path):
    host = machine({**ALMA, "/etc/dnf/automatic.conf": "[commands]\napply_updates = yes\n"})
    folder = tmp_path / "machine/etc/systemd/system/timers.target.wants"
    folder.mkdir(parents=True)
    assert collected(host).facts["automatic"] is False
    (folder / "dnf-automatic.timer").symlink_to("/usr/lib/systemd/system/dnf-automatic.timer")
    assert collected(host).facts["automatic"] is True
    assert not dnf_parsing.applies_updates("# apply_updates = yes\napply_updates = no\n")


@pytest.mark.parametrize("name", ["zypper", "yum", "pacman"])
def test_another_package_manager_is_named_and_not_guessed_at(machine, name):
    result = collected(machine({f"/usr/bin/{name}": "", "/etc/os-release": "ID=opensuse-leap\nVERSION_ID=15.6\n"}))
    assert f"package-manager-unsupported: {name}" in result.reason
    assert "release-unknown: os_support_ends of opensuse-leap 15.6" in result.reason
    assert result.facts == {}


@given(st.text(max_size=200))
def test_no_text_breaks_a_reader(text):
    assert isinstance(dnf_parsing.parse_upgrades(text), dict | None)
    assert isinstance(dnf_parsing.parse_advisories(text), dict | None)
    dnf_parsing.parse_repomd(text)
    dnf_parsing.parse_repomd(f"<timestamp>{text}</timestamp><timestamp>999999999999</timestamp>")
    dnf_parsing.parse_rpm_log(text)


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "RHSA-1",
                    "Important/Sec.",
                    "security",
                    "bugfix",
                    "Critical",
                    "a-1-1.x86_64",
                    "a",
                    "x86_64",
                    "1:2-3",
                    "--",
                    ".",
                ]
            ),
            max_size=5,
        )
    )
)
def test_no_order_of_words_makes_more_security_updates_than_lines(lines):
    text = "\n".join(" ".join(words) for words in lines)
    assert len(dnf_parsing.parse_advisories(text) or {}) <= len(lines)
