"""Kind `updates`: which release a machine runs, until when it is supported, and whether a newer kernel waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agent.collectors.test_firewall import changed
from tests.agent.collectors.updates_machines import SETTINGS, collected

from tuanthu_agent import observing
from tuanthu_agent.collectors import updates
from tuanthu_agent.collectors.interface import CollectorError, Settings
from tuanthu_agent.collectors.updates import linux, release, windows_release
from tuanthu_agent.observing import known_releases
from tuanthu_policy.releases import load_releases

VERSION = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


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
    monkeypatch.setattr(observing, "load_releases", lambda: load_releases(tmp_path))
    assert known_releases() == ()
    (tmp_path / "lifecycle.json").write_text('[["debian", 12]]')
    assert known_releases() == ()


def test_without_the_table_no_end_is_guessed(windows_machine):
    result = collected(windows_machine("updates_windows_10"), Settings())
    assert "os_support_ends" not in result.facts
    assert "release-unknown: os_support_ends of Windows 19045 Professional" in result.reason


def test_on_a_system_that_is_not_known_nothing_is_said(machine):
    with pytest.raises(CollectorError, match="not-available: updates on macos"):
        updates.collect(machine(family_="macos"), SETTINGS)


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
    assert windows_release.channel_of(text) in ("", "general", "enterprise", "ltsc", "iot-ltsc")
    assert isinstance(linux.newer_than(text, [text, "6.1.0-1-amd64"]), bool)
