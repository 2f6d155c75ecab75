"""Whether apt on shortened lists says the very same as apt on whole ones; the real apt on repositories in a folder."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_updates_apt import MAIN, SECURITY
from tests.agent.collectors.updates_machines import collected
from tests.agent.conftest import FakeSystem
from tests.assets.apt_machine import AptMachine, repository, stanza

from tuanthu_agent.collectors.updates import apt_asking, apt_parsing
from tuanthu_agent.collectors.updates.apt_lists import DoubtError
from tuanthu_agent.host import Host

pytestmark = pytest.mark.skipif(shutil.which("apt-get") is None, reason="apt is Debian's")
ORDINARY = ("apt", "list", "--upgradable", "--all-versions")
NATIVE = "amd64"
BACKPORTS = {
    **MAIN,
    "Suite": "oldstable-backports",
    "Codename": "bookworm-backports",
    "NotAutomatic": "yes",
    "ButAutomaticUpgrades": "yes",
}


def installed(name, version, architecture="all", status="install ok installed"):
    return (
        f"Package: {name}\nStatus: {status}\nArchitecture: {architecture}\nVersion: {version}\n"
        "Maintainer: Nobody <nobody@example.test>\nDescription: a test\n"
    )


@pytest.fixture
def debian(tmp_path):
    """Makes a machine of stanzas: those of dpkg's status, and those of each suite."""

    def make(status, main=(), security=(), backports=(), preferences="", options=()):
        suites = {"main": (main, MAIN), "security": (security, SECURITY), "backports": (backports, BACKPORTS)}
        folders = [
            repository(tmp_path / name, [stanza("unrelated", "1"), *stanzas, stanza("zzz-unrelated", "1")], release)
            for name, (stanzas, release) in suites.items()
            if stanzas or name != "backports"
        ]
        machine = AptMachine(tmp_path / "root", {}, [])
        sources = "".join(f"deb [trusted=yes] file:{one} ./\n" for one in folders)
        (tmp_path / "root/etc/apt/sources.list").write_text(sources)
        (tmp_path / "root/etc/apt/preferences").write_text(preferences)
        (tmp_path / "root/var/lib/dpkg/status").write_text("\n".join(status))
        machine.settings += [f"APT::Architecture={NATIVE}", "Acquire::GzipIndexes=false", *options]
        machine.really("apt-get", "update")
        return Host(tmp_path / "root", machine, FakeSystem())

    return make


def asked(host):
    """What is pending, by the short way: the very same that apt says of the whole lists."""
    host.commands.asked.clear()
    answer = apt_asking.ask_upgradable(host)
    assert ORDINARY not in host.commands.asked, "asked in the ordinary way"
    whole = apt_parsing.condense(host.commands.really(*ORDINARY))
    assert answer == whole
    assert apt_parsing.is_understood(answer)
    upgradable = apt_parsing.parse_upgradable(answer)
    # What apt lists without the other versions is the same, save for the suites that an upgrade passes.
    plain = apt_parsing.parse_upgradable(host.commands.really("apt", "list", "--upgradable"))
    assert [(one.name, one.version) for one in upgradable] == [(one.name, one.version) for one in plain]
    assert all(set(one.suites) <= set(other.suites) for one, other in zip(plain, upgradable, strict=True))
    return {one.name: one.version for one in upgradable}


def test_only_what_is_installed_and_older_is_pending(debian):
    host = debian(
        [installed("old", "1"), installed("same", "2"), installed("newer", "3"), installed("local", "1")],
        main=[stanza("old", "2"), stanza("same", "2"), stanza("newer", "2"), stanza("absent", "2")],
        security=[stanza("absent", "3")],
    )
    assert asked(host) == {"old": "2"}


@pytest.mark.parametrize(
    ("have", "offered", "pending"),
    [
        ("2.0", "1:0.9", True),
        ("1:0.9", "2.0", False),
        ("1.0~rc1", "1.0", True),
        ("1.0", "1.0~rc1", False),
        ("1.0-1", "1.0-1+deb12u1", True),
        ("1.0-1", "1.0-1~deb12u1", False),
        ("9", "10", True),
        ("1.0", "1.0-0", False),
        ("1.0", "1.0+b1", True),
        ("0:1.0", "1.0", False),
    ],
)
def test_versions_are_compared_as_dpkg_does(debian, have, offered, pending):
    older = subprocess.run(["dpkg", "--compare-versions", have, "lt", offered], check=False).returncode == 0
    assert older is pending
    host = debian([installed("one", have)], security=[stanza("one", offered)])
    assert asked(host) == ({"one": offered} if pending else {})


def test_a_held_package_is_still_pending(debian):
    host = debian([installed("held", "1", status="hold ok installed")], security=[stanza("held", "2")])
    assert asked(host) == {"held": "2"}


def test_a_package_that_was_removed_is_not_pending(debian):
    host = debian([installed("gone", "1", status="deinstall ok config-files")], security=[stanza("gone", "2")])
    assert asked(host) == {}


PINS = {
    "by name": "Package: one\nPin: version 1\nPin-Priority: 1001\n",
    "by pattern": "Package: on*\nPin: release l=Debian-Security\nPin-Priority: -1\n",
    "by regular expression": "Package: /^on.$/\nPin: release n=bookworm-security\nPin-Priority: -1\n",
    "by source": "Package: src:one-source\nPin: release a=oldstable-security\nPin-Priority: -1\n",
    "all": "Package: *\nPin: release o=Debian\nPin-Priority: 50\n",
}


@pytest.mark.parametrize("pin", PINS)
def test_pins_count_as_apt_takes_them(debian, pin):
    packages = {"security": [stanza("one", "2", more="Source: one-source\n"), stanza("two", "2")]}
    host = debian([installed("one", "1"), installed("two", "1")], **packages, preferences=PINS[pin])
    assert asked(host) == ({} if pin == "all" else {"two": "2"})


def test_a_pin_may_lead_below_the_newest_version_or_down(debian):
    preferences = (
        "Package: one\nPin: version 2\nPin-Priority: 900\n\nPackage: down\nPin: version 1\nPin-Priority: 1001\n"
    )
    host = debian(
        [installed("one", "1"), installed("down", "2")],
        main=[stanza("one", "2"), stanza("down", "1")],
        security=[stanza("one", "3")],
        preferences=preferences,
    )
    assert asked(host) == {"one": "2"}
    # The security update lies above the pin: what would be installed does not bring it.
    assert collected(host).facts["pending_security_count"] == 0


def test_the_release_that_is_preferred_counts(debian):
    packages = {"main": [stanza("one", "2")], "security": [stanza("one", "3")]}
    host = debian([installed("one", "1")], **packages, options=["APT::Default-Release=bookworm"])
    assert asked(host) == {"one": "2"}


def test_backports_are_taken_only_by_what_comes_from_there(debian):
    host = debian(
        [installed("one", "1"), installed("two", "2~bpo1")],
        main=[stanza("one", "1"), stanza("two", "1")],
        backports=[stanza("one", "2~bpo1"), stanza("two", "2~bpo1"), stanza("two", "2~bpo2")],
    )
    assert asked(host) == {"two": "2~bpo2"}


@pytest.mark.parametrize("foreign", [True, False])
def test_each_architecture_is_looked_at_by_itself(debian, foreign):
    both = "Multi-Arch: same\n"
    host = debian(
        [installed("lib", "1", NATIVE).replace("Maint", f"{both}Maint"), installed("tool", "1", NATIVE)]
        + ([installed("lib", "1", "i386").replace("Maint", f"{both}Maint")] if foreign else []),
        security=[stanza("lib", "2", "i386", both), stanza("tool", "3", "i386"), stanza("tool", "2", NATIVE)],
        options=[f"APT::Architectures::={one}" for one in (NATIVE, "i386")],
    )
    assert asked(host) == ({"lib": "2", "tool": "2"} if foreign else {"tool": "2"})


@pytest.mark.parametrize("percentage", [0, 100])
def test_updates_in_phases_are_for_apt_to_tell(debian, percentage):
    phased = f"Source: one\nPhased-Update-Percentage: {percentage}\n"
    host = debian([installed("one", "1")], main=[stanza("one", "2", more=phased)])
    assert set(asked(host)) <= {"one"}
    assert percentage == 0 or "one" in asked(host)


def test_a_rebuilt_package_of_the_same_version_counts_as_apt_takes_it(debian):
    rebuilt = "Depends: zzz-unrelated\nInstalled-Size: 7\n"
    host = debian([installed("one", "1")], main=[stanza("one", "1", more=rebuilt)])
    asked(host)


def test_a_security_update_that_another_suite_has_overtaken_is_one_all_the_same(debian):
    host = debian(
        [installed("one", "1"), installed("two", "1+deb12u1"), installed("three", "1")],
        main=[stanza("one", "1+deb12u2"), stanza("two", "1+deb12u2"), stanza("three", "2")],
        security=[stanza("one", "1+deb12u1"), stanza("two", "1+deb12u1"), stanza("three", "0.9")],
    )
    assert asked(host) == {"one": "1+deb12u2", "two": "1+deb12u2", "three": "2"}
    result = collected(host)
    assert result.facts["pending"] == [
        {"name": "one", "version": "1+deb12u2", "security": True},
        {"name": "three", "version": "2", "security": False},
        {"name": "two", "version": "1+deb12u2", "security": False},
    ]
    assert result.facts["pending_security_count"] == 1


def lists(host):
    found = sorted(host.path(apt_asking.LISTS).glob("*Packages"))
    assert len(found) == 2
    return found


@pytest.mark.parametrize(("program", "ending"), [("gzip", "gz"), ("xz", "xz"), ("bzip2", "bz2"), ("lz4", "lz4")])
def test_compressed_lists_are_read_as_well(debian, program, ending):
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    host = debian([installed("one", "1")], security=[stanza("one", "2")])
    for file in lists(host):
        with file.with_name(f"{file.name}.{ending}").open("wb") as packed:
            subprocess.run([program, "-c", file], stdout=packed, check=True)
        file.unlink()
    assert asked(host) == {"one": "2"}


def break_list(host):
    file = lists(host)[0]
    text = file.read_bytes()
    file.unlink()
    file.write_bytes(text.replace(b"\n", b"\r\n"))


def double_list(host):
    shutil.copy(lists(host)[0], f"{lists(host)[0]}.gz")


def garble_list(host):
    file = lists(host)[0]
    file.with_name(f"{file.name}.xz").write_bytes(b"no xz")
    file.unlink()


def move_status(host):
    moved = host.path("/var/lib/dpkg/elsewhere")
    shutil.move(host.path("/var/lib/dpkg/status"), moved)
    host.path("/var/lib/dpkg/status").write_text("")
    host.commands.settings.append(f"Dir::State::status={moved}")


@pytest.mark.parametrize("strange", [break_list, double_list, garble_list, move_status])
def test_where_something_is_strange_apt_is_asked_in_the_ordinary_way(debian, strange):
    host = debian([installed("one", "1")], security=[stanza("one", "2")])
    strange(host)
    host.commands.asked.clear()
    try:
        answer = apt_asking.ask_upgradable(host)
    except apt_asking.CommandError:
        answer = None  # whole lists that apt itself cannot read
    assert host.commands.asked[-1] == ORDINARY
    assert answer is None or answer == apt_parsing.condense(host.commands.really(*ORDINARY))
    assert strange is not move_status or "one/" in answer


def test_the_machine_is_left_as_it_was(debian, tmp_path):
    caches = ["Dir::Cache::pkgcache=pkgcache.bin", "Dir::Cache::srcpkgcache=srcpkgcache.bin"]
    host = debian([installed("one", "1")], security=[stanza("one", "2")], options=caches)
    for file in (tmp_path / "root/var/cache/apt").glob("*.bin"):
        file.unlink()
    before = {one: one.lstat().st_mtime_ns for one in (tmp_path / "root").rglob("*")}
    apt_asking.ask_upgradable(host)
    assert {one: one.lstat().st_mtime_ns for one in (tmp_path / "root").rglob("*")} == before
    (short,) = [one for one in host.commands.asked if one[0] == "apt"]
    assert not Path(short[2].partition("=")[2]).exists()
    # In the ordinary way apt leaves its cache there.
    host.commands.really(*ORDINARY)
    assert os.geteuid() != 0 or list((tmp_path / "root/var/cache/apt").glob("*.bin"))


def test_two_forms_of_one_list_and_no_list_at_all_are_doubtful():
    assert apt_asking.package_lists(["a_Packages.lz4", "b_Packages", "a_InRelease", "lock"]) == {
        "a_Packages": "a_Packages.lz4",
        "b_Packages": "b_Packages",
    }
    for names in (["a_Packages.lz4", "a_Packages"], ["a_InRelease"], []):
        with pytest.raises(DoubtError):
            apt_asking.package_lists(names)


VERSION = st.from_regex(r"\A([0-2]:)?[0-9][0-9a-z.+~]{0,5}(-[0-9a-z+~]{1,3})?\Z")
PACKAGE = st.tuples(st.sampled_from(["aa", "bb", "bb-doc", "c++"]), VERSION, st.sampled_from(["all", NATIVE, "i386"]))


@given(
    st.lists(PACKAGE, max_size=4, unique_by=lambda one: one[0]),
    st.lists(PACKAGE, max_size=6, unique=True),
    st.lists(PACKAGE, max_size=6, unique=True),
    st.sampled_from(["", *PINS.values()]),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_on_any_machine_the_answer_is_that_of_the_whole_lists(debian, tmp_path, have, main, security, preferences):
    for name in ("root", "main", "security"):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
    host = debian(
        [installed(*one) for one in have],
        main=[stanza(*one) for one in main],
        security=[stanza(*one) for one in security],
        preferences=preferences,
        options=[f"APT::Architectures::={one}" for one in (NATIVE, "i386")],
    )
    asked(host)


PRINTED = [
    "Listing...",
    "",
    "one/oldstable,now 1 all [installed,upgradable to: 2]",
    "one/oldstable 2 all [upgradable from: 1]",
    "one/oldstable-security 1.5 all",
    "two/oldstable-security 1.5 amd64",
    "two/now 1 amd64  [Installiert,aktualisierbar auf: 2]",
    "x/y z [",
    "x/y",
]


@given(st.lists(st.sampled_from(PRINTED) | st.text(max_size=20)))
def test_condensing_loses_no_upgrade_and_no_line_that_is_not_understood(lines):
    text = "\n".join(lines)
    condensed = apt_parsing.condense(text)
    assert {"one"} & {one.name for one in apt_parsing.parse_upgradable(condensed)} == (
        {"one"} if PRINTED[2] in text or PRINTED[3] in text.splitlines() else set()
    )
    if "x/y" in text.splitlines() or "x/y z [" in text.splitlines():
        assert not apt_parsing.is_understood(condensed)
