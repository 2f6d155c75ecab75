"""Kind `updates` on Debian and Ubuntu: the real apt on repositories in a folder, and what it writes."""

import json
import shutil
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.agent.conftest import FakeSystem
from tests.assets.apt_machine import AptMachine, packed, repository

from tuanthu_agent.collectors import updates
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.updates import apt, apt_parsing, apt_sources
from tuanthu_agent.host import Host
from tuanthu_agent.observing import known_releases

SETTINGS = Settings(lifecycle=known_releases())
needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="apt is Debian's")
MAIN = {
    "Origin": "Debian",
    "Label": "Debian",
    "Suite": "oldstable",
    "Codename": "bookworm",
    "Date": "Sat, 11 Jul 2026 10:16:37 UTC",
}
SECURITY = {
    "Origin": "Debian",
    "Label": "Debian-Security",
    "Suite": "oldstable-security",
    "Codename": "bookworm-security",
    "Date": "Mon, 23 Nov 2026 11:22:37 UTC",
}
ASKED = "apt list --upgradable --all-versions"
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
# Captured on Debian 12, shortened.
HISTORY = """
Start-Date: 2026-11-20  06:12:01
Commandline: /usr/bin/unattended-upgrade
Upgrade: openssl:amd64 (3.0.15-1, 3.0.16-1)
End-Date: 2026-11-20  06:12:33

Start-Date: 2026-11-24  16:56:30
Commandline: apt-get install ufw
Install: ufw:amd64 (0.36.2-1)
End-Date: 2026-11-24  16:56:40

Start-Date: 2026-11-24  17:00:00
Commandline: apt-get upgrade
Upgrade: bash:amd64 (5.2.15-2, 5.2.15-3)
Error: Sub-process /usr/bin/dpkg returned an error code (1)
End-Date: 2026-11-24  17:00:40
"""
# Captured on Debian 12 with unattended-upgrades 2.9, shortened.
CONFIG = """APT "";
APT::Architecture "amd64";
APT::Periodic "";
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade "";
Unattended-Upgrade::Origins-Pattern "";
Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian";
Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";
"""


def collected(host):
    result = updates.collect(host, SETTINGS)
    check(result.facts, KINDS["updates"].facts, "updates")
    assert updates.collect(host, SETTINGS) == result
    return result


@pytest.fixture
def debian(tmp_path):
    """Makes a Debian machine for the real apt."""

    def make(installed, main=None, security=None, *, secure=SECURITY):
        repositories = []
        if main is not None:
            repositories.append(repository(tmp_path / "main", main, MAIN))
        if security is not None:
            repositories.append(repository(tmp_path / "security", security, secure))
        root = tmp_path / "root"
        machine = AptMachine(root, installed, repositories)
        (root / "etc/os-release").write_text(OS_RELEASE)
        return Host(root, machine, FakeSystem())

    return make


@needs_apt
def test_security_updates_are_told_from_others_by_where_they_come_from(debian):
    host = debian(
        {"openssl-test": "3.0-1", "bash-test": "5.2-1", "vim-test": "9-1"},
        main={"bash-test": "5.2-2", "vim-test": "9-1"},
        security={"openssl-test": "3.0-1+deb12u1"},
    )
    result = collected(host)
    assert result.facts["pending"] == [
        {"name": "openssl-test", "version": "3.0-1+deb12u1", "security": True},
        {"name": "bash-test", "version": "5.2-2", "security": False},
    ]
    assert (result.facts["pending_count"], result.facts["pending_security_count"]) == (2, 1)
    assert result.facts["last_check"] == "2026-11-23T11:22:37Z"
    assert result.facts["release"] == "Debian 12 (bookworm)"
    assert result.facts["os_support_ends"] == "2028-06-30T23:59:59Z"


@needs_apt
def test_nothing_pending_is_a_count_of_zero(debian):
    facts = collected(debian({"bash-test": "5.2-2"}, main={"bash-test": "5.2-2"}, security={"other-test": "1"})).facts
    assert (facts["pending_count"], facts["pending_security_count"], facts["pending"]) == (0, 0, [])


@needs_apt
def test_without_a_source_of_security_updates_their_number_is_not_known(debian):
    result = collected(debian({"bash-test": "5.2-1"}, main={"bash-test": "5.2-2"}))
    assert result.facts["pending_count"] == 1
    assert "pending_security_count" not in result.facts
    assert result.facts["pending"] == [{"name": "bash-test", "version": "5.2-2"}]
    assert "no-security-source: pending_security_count" in result.reason


@needs_apt
def test_a_security_suite_that_shares_its_name_with_another_is_not_guessed(debian):
    secure = {**SECURITY, "Suite": "oldstable", "Codename": "bookworm"}
    result = collected(
        debian({"bash-test": "5.2-1"}, main={"other-test": "1"}, security={"bash-test": "5.2-2"}, secure=secure)
    )
    assert "pending_security_count" not in result.facts
    assert "security-unclear" in result.reason


@needs_apt
def test_a_machine_that_never_fetched_its_lists_has_not_nothing_pending(debian):
    result = collected(debian({"bash-test": "5.2-1"}))
    assert not {"pending_count", "pending_security_count", "last_check"} & result.facts.keys()
    assert "lists-missing: last_check" in result.reason


@needs_apt
def test_a_release_file_without_its_list_of_packages_is_no_source(debian, tmp_path):
    host = debian({"bash-test": "5.2-1"}, main={"bash-test": "5.2-1"}, security={"bash-test": "5.2-2"})
    for file in (tmp_path / "root/var/lib/apt/lists").glob("*security*Packages*"):
        file.unlink()
    result = collected(host)
    assert "pending_security_count" not in result.facts
    assert result.facts["last_check"] == "2026-07-11T10:16:37Z"


def test_the_apt_of_this_very_machine_is_read_the_same_twice():
    if shutil.which("apt-get") is None:
        pytest.skip("no apt here")
    assert collected(Host()).facts["automatic"] in (True, False)


LISTS = "/var/lib/apt/lists/"


def debian_files(**more):
    head = "".join(f"{name}: {value}\n" for name, value in SECURITY.items())
    return {
        "/usr/bin/apt-get": "",
        "/etc/os-release": OS_RELEASE,
        f"{LISTS}deb.example_dists_bookworm-security_InRelease": "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        + head,
        f"{LISTS}deb.example_dists_bookworm-security_main_binary-amd64_Packages.lz4": "x",
        **more,
    }


UPGRADABLE = {
    "C": "Listing...\nopenssl/oldstable-security 3.0.16-1 amd64 [upgradable from: 3.0.15-1]\n",
    "vi": "Đang liệt kê...\nopenssl/oldstable-security 3.0.16-1 amd64 [có thể nâng cấp từ: 3.0.15-1]\n",
    "de": "Auflistung…\nopenssl/oldstable-security 3.0.16-1 amd64 [aktualisierbar von: 3.0.15-1]\n",
}


@pytest.mark.parametrize("language", UPGRADABLE)
def test_the_language_of_apt_changes_nothing(machine, language):
    facts = collected(machine(debian_files(), {ASKED: UPGRADABLE[language]})).facts
    assert facts["pending"] == [{"name": "openssl", "version": "3.0.16-1", "security": True}]
    assert facts["pending_security_count"] == 1


SOURCES = """# Debian's own, as its installer writes them
Types: deb
URIs: http://deb.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://deb.example/debian-security
Suites: bookworm-security
Components: main
Enabled: yes
"""


@pytest.mark.parametrize(
    ("path", "text", "counted"),
    [
        ("sources.list.d/debian.sources", SOURCES, True),
        ("sources.list.d/debian.sources", SOURCES.replace("Enabled: yes", "Enabled: no"), False),
        ("sources.list", "deb http://deb.example bookworm-security main\n", True),
        (
            "sources.list",
            "deb http://deb.example bookworm main\n# deb http://deb.example bookworm-security main\n",
            False,
        ),
    ],
)
def test_lists_of_a_source_that_was_taken_out_do_not_count(machine, path, text, counted):
    host = machine(debian_files(**{f"/etc/apt/{path}": text}), {ASKED: "Listing...\n"})
    assert collected(host).facts.get("pending_security_count") == (0 if counted else None)


def test_the_last_upgrade_without_an_error_counts_in_the_machines_own_time():
    hanoi = timezone(timedelta(hours=7))
    assert apt_parsing.parse_history(HISTORY, hanoi).isoformat() == "2026-11-19T23:12:33+00:00"
    assert apt_parsing.parse_history(HISTORY.replace("Upgrade", "Install")) is None


def test_rotated_logs_are_looked_through_while_newer_ones_know_of_no_upgrade(machine):
    files = {"/var/log/apt/history.log": "", "/var/log/apt/history.log.1.gz": packed(HISTORY)}
    assert apt.last_install(machine(files)).startswith("2026-11-")
    assert apt.last_install(machine({"/var/log/apt/history.log.1.gz": b"no gzip"})) is None


TIMERS = "/etc/systemd/system/timers.target.wants"


def with_timers(host, tmp_path, *names):
    folder = tmp_path / "machine" / TIMERS.lstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).symlink_to(f"/lib/systemd/system/{name}")
    return host


BOTH = ("apt-daily.timer", "apt-daily-upgrade.timer")


def automatic(machine, tmp_path, config, timers=BOTH, program=True):
    files = debian_files(**({"/usr/bin/unattended-upgrade": ""} if program else {}))
    return collected(with_timers(machine(files, {"apt-config dump": config}), tmp_path, *timers)).facts.get("automatic")


def test_unattended_upgrades_with_its_timers_are_automatic(machine, tmp_path):
    assert automatic(machine, tmp_path, CONFIG) is True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('Unattended-Upgrade "1"', 'Unattended-Upgrade "0"'),
        ('Update-Package-Lists "1"', 'Update-Package-Lists "0"'),
        ('APT::Periodic "";', 'APT::Periodic::Enable "0";'),
        ("-security,label=Debian-Security", "-updates,label=Debian"),
    ],
)
def test_one_setting_that_is_off_is_enough(machine, tmp_path, old, new):
    assert old in CONFIG
    assert automatic(machine, tmp_path, CONFIG.replace(old, new)) is False


@pytest.mark.parametrize("without", [{"timers": BOTH[:1]}, {"program": False}])
def test_a_timer_or_program_that_is_missing_is_not_automatic(machine, tmp_path, without):
    assert automatic(machine, tmp_path, CONFIG, **without) is False


def test_settings_that_cannot_be_read_say_nothing(machine, tmp_path):
    assert automatic(machine, tmp_path, "") is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_a_reader_of_apts(one, other):
    assert isinstance(apt_parsing.parse_release(one).security, bool)
    assert isinstance(apt_parsing.parse_upgradable(one), list)
    assert isinstance(apt_parsing.sets_automatic(apt_parsing.parse_config(one)), bool)
    apt_parsing.parse_history(f"Upgrade: {one}\nEnd-Date: {other}")
    apt_parsing.parse_date(one)
    words = frozenset(apt_sources.parse_lines(one) + apt_sources.parse_stanzas(other))
    assert apt_sources.is_enabled(f"x_dists_{one}", words) in (True, False)


@given(
    st.from_regex(r"\AEnd-Date: [0-9]{4}-[0-9]{2}-[0-9]{2}  [0-9]{2}:[0-9]{2}:[0-9]{2}\Z"),
    st.from_regex(r"\A[A-Z][a-z]{2}, [0-9]{1,2} (Nov|Feb|Xyz) [0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2} UTC\Z"),
)
def test_no_date_breaks_a_reader(end, date):
    apt_parsing.parse_history(f"Upgrade: x\n{end}")
    apt_parsing.parse_date(date)


@given(
    st.lists(
        st.sampled_from(
            UPGRADABLE["C"].splitlines()[1:] + list(UPGRADABLE.values()) + ["", "x/y z [", "a/b c d [e: f]"]
        )
    ),
    st.binary(max_size=60),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_output_of_apt_breaks_the_collector(machine, lines, release):
    files = debian_files(
        **{f"{LISTS}x_Release": release, f"{LISTS}x_Packages": release, "/var/log/apt/history.log": release}
    )
    text = "\n".join(lines)
    facts = collected(machine(files, {ASKED: text, "apt-config dump": text})).facts
    assert json.dumps(facts)
    # A line that names a package and is not understood makes the number unsayable.
    assert ("pending_count" in facts) == apt_parsing.is_understood(text)
    assert facts.get("pending_count", 0) == len(facts.get("pending", []))
