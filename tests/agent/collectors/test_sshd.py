"""sshd's settings: real `sshd -T`, files with includes, and `Match` blocks that loosen what holds for everybody."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors.hardening import sshd, sshd_parsing
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import HostError

SSHD = Path("/usr/sbin/sshd")
needs_sshd = pytest.mark.skipif(not SSHD.exists() or os.geteuid() != 0, reason="needs openssh-server and root")
# Printed by OpenSSH 9.2 on Debian 12 (`sshd -T`), shortened.
EFFECTIVE = """port 22
permitrootlogin without-password
passwordauthentication yes
kbdinteractiveauthentication no
x11forwarding yes
permitemptypasswords no
subsystem sftp /usr/lib/openssh/sftp-server
"""
CONFIG = "Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\n"


def look(machine, config=CONFIG, effective=None, **files):
    commands = {} if effective is None else {"sshd -T": effective}
    host = machine({"/usr/sbin/sshd": "", "/etc/ssh/sshd_config": config, **files}, commands)
    found = Findings()
    sshd.observe(host, found)
    return found


def test_sshds_own_word_counts(machine):
    found = look(machine, effective=EFFECTIVE)
    assert found.facts == {
        "ssh_server": True,
        "ssh_permit_root": "prohibit-password",
        "ssh_password_authentication": True,
        "ssh_keyboard_interactive": False,
        "ssh_permit_empty_passwords": False,
        "ssh_x11_forwarding": True,
    }
    assert found.methods == ["files", "sshd"]


def test_without_it_what_no_version_agrees_on_is_not_guessed(machine):
    found = look(machine)
    assert "ssh_permit_root" not in found.facts
    assert found.gaps == ["sshd-default: permitrootlogin"]
    assert (found.facts["ssh_password_authentication"], found.facts["ssh_permit_empty_passwords"]) == (True, False)


@pytest.mark.parametrize(
    ("config", "root"),
    [
        ("PermitRootLogin no\nPermitRootLogin yes\n", "no"),
        ("permitrootlogin=prohibit-password\n", "prohibit-password"),
        ('PermitRootLogin "without-password"\n', "prohibit-password"),
        ("PermitRootLogin no # tạm\n", "no"),
        ("PermitRootLogin forced-commands-only\nMatch User lan\n  X11Forwarding no\n", "forced-commands-only"),
        ("PermitRootLogin no\nMatch Address 10.0.0.0/8\n  PermitRootLogin yes\n", "yes"),
        ("PermitRootLogin no\nMatch User lan\nMatch all\nPermitRootLogin yes\n", "no"),
        ("PermitRootLogin yes\nMatch User root\n PermitRootLogin no\n", "yes"),
    ],
)
def test_the_first_value_counts_and_the_loosest_of_match_blocks(config, root, machine):
    assert look(machine, config).facts["ssh_permit_root"] == root


def test_a_match_block_loosens_what_sshd_says_of_everybody(machine):
    config = CONFIG + "Match Group khách\n PermitEmptyPasswords yes\n PermitRootLogin yes\n"
    facts = look(machine, config, EFFECTIVE).facts
    assert (facts["ssh_permit_empty_passwords"], facts["ssh_permit_root"]) == (True, "yes")


def test_included_files_come_where_they_stand(machine):
    included = {
        "/etc/ssh/sshd_config.d/10-a.conf": "PermitRootLogin yes\n",
        "/etc/ssh/sshd_config.d/20-b.conf": "PermitRootLogin no\nMatch User lan\n",
        "/etc/ssh/sshd_config.d/cũ.txt": "PermitEmptyPasswords yes\n",
    }
    facts = look(machine, CONFIG + "PermitRootLogin no\nPermitEmptyPasswords no\n", **included).facts
    # A Match block ends with its file.
    assert (facts["ssh_permit_root"], facts["ssh_permit_empty_passwords"]) == ("yes", False)


@pytest.mark.parametrize("include", ["Include /etc/*/x.conf", "Include sshd_config"])
def test_includes_that_cannot_be_followed_are_an_error(include, machine):
    with pytest.raises(HostError, match="sshd-unclear"):
        look(machine, include + "\n")


@pytest.mark.parametrize("value", ["có", "maybe", "yes,no"])
def test_a_value_that_is_none_is_a_gap(value, machine):
    found = look(machine, f"PermitEmptyPasswords {value}\nPermitRootLogin {value}\n")
    assert not {"ssh_permit_empty_passwords", "ssh_permit_root"} & set(found.facts)
    assert found.gaps == ["sshd-unclear: permitemptypasswords", "sshd-unclear: permitrootlogin"]


def test_no_sshd_is_a_finding_and_an_unreadable_file_an_error(machine):
    found = Findings()
    sshd.observe(machine({"/usr/bin/env": ""}), found)
    assert found.facts == {"ssh_server": False}
    with pytest.raises(HostError, match="not-found"):
        sshd.observe(machine({"/usr/sbin/sshd": ""}), Findings())


@needs_sshd
@pytest.mark.root
@pytest.mark.parametrize(("word", "root"), [("yes", "yes"), ("prohibit-password", "prohibit-password"), ("no", "no")])
def test_the_real_sshd_prints_what_is_parsed(word, root, tmp_path):
    (tmp_path / "sshd_config").write_text(f"PermitRootLogin {word}\nPermitEmptyPasswords yes\nHostKey {tmp_path}/key\n")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    answer = in_namespace("exec", SSHD, "-T", "-f", str(tmp_path / "sshd_config"))
    settings = sshd_parsing.parse_effective(answer)
    assert settings["permitemptypasswords"] == "yes"
    found = Findings()
    assert sshd.root_login(found, [settings["permitrootlogin"]]) == root


@needs_sshd
@pytest.mark.root
def test_the_sshd_of_this_machine_answers_the_collector():
    script = (
        "import msgspec, sys; from tuanthu_agent.collectors.hardening import sshd;"
        "from tuanthu_agent.collectors.interface import Findings; from tuanthu_agent.host import Host;"
        "found = Findings(); sshd.observe(Host(), found); sys.stdout.buffer.write(msgspec.json.encode(found))"
    )
    found = msgspec.json.decode(in_namespace("exec", sys.executable, "-c", script))
    assert found["methods"] == ["files", "sshd"]
    assert found["facts"]["ssh_permit_root"] in ("yes", "prohibit-password", "no", "forced-commands-only")
    assert found["gaps"] == []


def in_namespace(*words):
    """Run with a `/run` of its own, in which sshd finds the folder that its service would make."""
    script = 'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", *[str(word) for word in words if word != "exec"]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@given(st.text(max_size=300))
def test_no_text_breaks_the_parsers(text):
    assert all(sshd_parsing.parse_effective(text))
    try:
        settings = sshd_parsing.parse_files(lambda path: text, lambda pattern: [], "x")
    except HostError as refused:
        assert refused.code == "sshd-unclear"  # noqa: PT017  both ends are looked at
    else:
        assert all(settings.everybody.values())


@pytest.mark.parametrize(
    "config",
    [b"\xff\xfe\0" * 9, CONFIG.encode("utf-16"), "9" * 999, "PermitEmptyPasswords\n", CONFIG.replace(" ", "\0")],
)
def test_of_a_file_with_which_no_sshd_would_start_nothing_is_said(machine, config):
    host = machine({"/usr/sbin/sshd": "", "/etc/ssh/sshd_config": config})
    found = Findings()
    with pytest.raises(HostError, match="sshd-unclear"):
        sshd.observe(host, found)
    assert found.facts == {"ssh_server": True}


WORDS = st.sampled_from(
    [
        "PermitRootLogin",
        "Match",
        "Include",
        "all",
        "yes",
        "no",
        "=",
        '"',
        "#",
        " ",
        "\n",
        "User",
        "x.conf",
        "PermitEmptyPasswords",
    ]
)


@given(st.lists(WORDS, max_size=40))
def test_no_text_of_its_own_words_breaks_the_parser(words):
    text = "".join(words)
    try:
        settings = sshd_parsing.parse_files(lambda path: text, lambda pattern: [pattern], "x")
    except HostError as refused:
        code = refused.code
    else:
        code = "sshd-unclear"
        assert all(settings.everybody)
    assert code == "sshd-unclear"
