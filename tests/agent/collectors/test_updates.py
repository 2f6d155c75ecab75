"""Kind `updates`: Windows, Red Hat's family, releases, kernels; what is not known is left out."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.agent.collectors.test_firewall import VALUES, changed
from tests.assets.windows_snapshot import load_snapshot

from tuanthu_agent import collect
from tuanthu_agent.collectors import updates
from tuanthu_agent.collectors.interface import CollectorError, Settings
from tuanthu_agent.collectors.updates import dnf_parsing, linux, release, windows, windows_release
from tuanthu_agent.observing import known_releases
from tuanthu_policy.releases import load_releases

SETTINGS = Settings(lifecycle=known_releases())
VERSION = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
AUTO = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update"
POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU"


def collected(host, settings=SETTINGS):
    result = updates.collect(host, settings)
    check(result.facts, KINDS["updates"].facts, "updates")
    assert updates.collect(host, settings) == result
    return result


def test_windows_10_pro(windows_machine):
    result = collected(windows_machine("updates_windows_10"))
    assert result.status.value == "ok"
    assert result.facts == {
        "release": "Windows 10 22H2",
        "build": "19045.5011",
        "edition": "Professional",
        "os_support_ends": "2025-10-14T23:59:59Z",
        "os_support_source": "https://learn.microsoft.com/windows/release-health/release-information",
        "last_check": "2026-11-19T01:12:44Z",
        "last_install": "2026-11-12T03:40:10Z",
        "pending_count": 2,
        "pending_security_count": 1,
        "pending": [
            {"name": "KB5099999", "security": True, "severity": "critical"},
            {"name": "Intel - net - 12.19.2.45", "security": False},
        ],
        "automatic": True,
        "update_source": "vendor",
        "reboot_pending": False,
    }


def test_the_language_of_titles_changes_nothing(windows_machine):
    german = copy.deepcopy(load_snapshot("updates_windows_10"))
    german["updates"]["pending"][0]["title"] = "Kumulatives Sicherheitsupdate für Windows 10"
    assert collected(windows_machine(german)) == collected(windows_machine("updates_windows_10"))


def test_windows_7_by_its_registry(windows_machine):
    result = collected(windows_machine("updates_windows_7"))
    facts = result.facts
    assert (facts["release"], facts["os_support_ends"]) == ("Windows 7 SP1", "2020-01-14T23:59:59Z")
    assert (facts["last_check"], facts["last_install"]) == ("2026-11-01T02:11:05Z", "2020-01-15T04:00:01Z")
    assert facts["automatic"] is False
    assert facts["reboot_pending"] is True
    assert facts["update_source"] == "local-server"
    assert not {"pending_count", "pending_security_count", "pending"} & facts.keys()
    assert result.reason == "update-agent-failed: update-agent"


def test_a_server_on_which_nothing_is_set(windows_machine):
    result = collected(windows_machine("updates_server_2019"))
    assert (result.facts["release"], result.facts["pending_security_count"]) == ("Windows Server 2019", 0)
    assert result.facts["os_support_ends"] == "2029-01-09T23:59:59Z"
    assert result.facts["reboot_pending"] is True
    assert "automatic" not in result.facts
    assert result.reason == "automatic-unset: automatic"


@pytest.mark.parametrize(
    ("build", "edition", "name", "ends"),
    [
        ("19044", "EnterpriseS", "Windows 10 21H2 LTSC", "2027-01-12"),
        ("19044", "IoTEnterpriseS", "Windows 10 21H2 LTSC", "2032-01-13"),
        ("19044", "EnterpriseSN", "Windows 10 21H2 LTSC", "2027-01-12"),
        ("19044", "Professional", "Windows 10 21H2", "2023-06-13"),
        ("19044", "Education", "Windows 10 21H2", "2024-06-11"),
        ("26100", "CoreSingleLanguage", "Windows 11 24H2", "2026-10-13"),
        ("26100", "ProfessionalN", "Windows 11 24H2", "2026-10-13"),
        ("26100", "Enterprise", "Windows 11 24H2", "2027-10-12"),
        ("19044", "SomethingNew", None, None),
        ("19045", "EnterpriseS", None, None),
        ("99999", "Professional", None, None),
        ("9600", "Core", "Windows 8.1", "2023-01-10"),
    ],
)
def test_an_edition_has_its_own_end_and_one_that_is_not_known_has_none(windows_machine, build, edition, name, ends):
    document = changed(
        "updates_windows_10",
        (("registry", VERSION, "CurrentBuild"), build),
        (("registry", VERSION, "EditionID"), edition),
    )
    result = collected(windows_machine(document))
    assert result.facts.get("release") == name
    assert result.facts.get("os_support_ends") == (ends and f"{ends}T23:59:59Z")
    assert ("release-unknown" in result.reason) is (name is None)


def test_a_policy_that_is_damaged_costs_only_the_end_of_support(monkeypatch, tmp_path):
    monkeypatch.setattr(collect, "load_releases", lambda: load_releases(tmp_path))
    assert known_releases() == ()
    (tmp_path / "lifecycle.json").write_text('[["debian", 12]]')
    assert known_releases() == ()


def test_without_the_table_no_end_is_guessed(windows_machine):
    result = collected(windows_machine("updates_windows_10"), Settings())
    assert "os_support_ends" not in result.facts
    assert "release-unknown: os_support_ends of Windows 19045 Professional" in result.reason


@pytest.mark.parametrize(
    ("ways", "automatic"),
    [
        ([], True),
        ([(("registry", POLICY), {"NoAutoUpdate": 1})], False),
        ([(("registry", POLICY), {"AUOptions": 4})], True),
        ([(("registry", POLICY), {"AUOptions": 2})], False),
        ([(("registry", AUTO), {"AUOptions": 1})], False),
        ([(("registry", POLICY), {"AUOptions": 5}), (("registry", AUTO), {"AUOptions": 3})], False),
        ([(("services", "wuauserv", "start"), "disabled")], False),
        ([(("registry", VERSION, "CurrentBuild"), "7601")], None),
    ],
)
def test_whether_windows_installs_by_itself(windows_machine, ways, automatic):
    assert collected(windows_machine(changed("updates_windows_10", *ways))).facts.get("automatic") is automatic


def test_an_agent_that_never_looked_is_a_gap(windows_machine):
    document = changed("updates_windows_10", (("updates", "last_search"), None))
    result = collected(windows_machine(document))
    assert "last_check" not in result.facts
    assert "no-update-recorded: last_check" in result.reason


def test_one_source_that_fails_costs_no_other(windows_machine):
    document = {**load_snapshot("updates_windows_10"), "registry_denied": ["HKLM\\SOFTWARE"]}
    result = collected(windows_machine(document))
    assert result.facts["pending_security_count"] == 1
    assert "permission-denied" in result.reason
    assert not {"release", "reboot_pending"} & result.facts.keys()


def test_on_a_system_that_is_not_known_nothing_is_said(machine):
    with pytest.raises(CollectorError, match="not-available: updates on macos"):
        updates.collect(machine(family_="macos"), SETTINGS)


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


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ID=ubuntu\nVERSION_ID=22.04\n", ("ubuntu", "22.04", "")),
        ('NAME="CentOS Stream"\nID=centos\nVERSION_ID=9\n', ("centos-stream", "9", "")),
        ('NAME="CentOS Linux"\nID=centos\nVERSION_ID=7\n', ("centos", "7", "")),
        ("ID=rocky\nVERSION_ID=8.10\n", ("rocky", "8", "")),
        ("ID=debian\n", None),
        ("ID=linuxmint\nID_LIKE=ubuntu\nVERSION_ID=21\n", None),
    ],
)
def test_a_release_is_named_by_what_it_is_not_by_what_it_is_like(text, key):
    assert release.linux_key(release.parse_os_release(text)) == key


def kernels(machine, running, *installed, mark=False):
    files = {f"/boot/vmlinuz-{one}": "" for one in installed}
    files["/proc/sys/kernel/osrelease"] = f"{running}\n"
    if mark:
        files["/run/reboot-required"] = ""
    return linux.reboot_pending(machine(files))


def test_a_newer_kernel_of_the_same_flavour_waits_for_a_restart(machine):
    assert kernels(machine, "6.1.0-28-amd64", "6.1.0-28-amd64", "6.1.0-9-amd64") is False
    assert kernels(machine, "6.1.0-28-amd64", "6.1.0-30-amd64") is True


def test_a_rescue_image_or_another_flavour_is_no_newer_kernel(machine):
    running = "5.14.0-427.el9.x86_64"
    assert kernels(machine, running, running, "0-rescue-0123456789abcdef0123456789abcdef") is False
    assert kernels(machine, "6.8.0-40-generic", "6.8.0-40-generic", "6.8.0-41-lowlatency") is False


def test_a_mark_counts_without_any_kernel(machine):
    assert kernels(machine, "6.18.0-fc", mark=True) is True


def test_where_no_kernel_is_installed_a_restart_is_not_ruled_out(machine):
    assert kernels(machine, "6.18.0-fc") is None


@given(st.text(max_size=200))
def test_no_text_breaks_a_reader(text):
    assert isinstance(dnf_parsing.parse_upgrades(text), dict)
    assert isinstance(dnf_parsing.parse_advisories(text), dict)
    dnf_parsing.parse_repomd(text)
    dnf_parsing.parse_repomd(f"<timestamp>{text}</timestamp><timestamp>999999999999</timestamp>")
    dnf_parsing.parse_rpm_log(text)
    assert windows.parse_utc(text) is None or text[4] == "-"
    assert windows_release.channel_of(text) in ("", "general", "enterprise", "ltsc", "iot-ltsc")
    assert isinstance(linux.newer_than(text, [text, "6.1.0-1-amd64"]), bool)


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
    assert len(dnf_parsing.parse_advisories(text)) <= len(lines)


@given(st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_registry_breaks_it_or_makes_a_disabled_service_automatic(windows_machine, data):
    document = copy.deepcopy(load_snapshot("updates_windows_7"))
    for values in document["registry"].values():
        for name in values:
            if data.draw(st.booleans()):
                values[name] = data.draw(VALUES)
    document["services"]["wuauserv"]["start"] = "disabled"
    assert collected(windows_machine(document)).facts.get("automatic") is False
