"""SSH against OpenSSH and dropbear: what they grant, refuse and count."""

import pytest
from tests.assets.servers.processes import EXPIRED, PASSWORD, USER, wait_for
from tests.assets.servers.real import dropbear, openssh

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome

pytestmark = pytest.mark.root
PLAIN = ("UsePAM=no", "PasswordAuthentication=yes", "KbdInteractiveAuthentication=no")
ASKING = ("UsePAM=yes", "PasswordAuthentication=no", "KbdInteractiveAuthentication=yes")


def test_openssh_lets_the_right_password_in_and_a_session_confirms_it(tmp_path, accounts, trying):
    with openssh(tmp_path, accounts, *PLAIN) as (port, log):
        came = trying("ssh", port, USER, PASSWORD)
        wait_for(lambda: log.count("Received disconnect"))
        assert came.outcome is AttemptOutcome.ACCEPTED, came
        assert came.evidence == ("password", "confirm:session")
        assert log.count("Accepted password") == 1
        assert log.count("Starting session") == 0, "nothing may be run"


@pytest.mark.parametrize("user", [USER, "khong-co"])
def test_openssh_counts_one_failure_for_one_wrong_password(tmp_path, accounts, trying, user):
    with openssh(tmp_path, accounts, *PLAIN) as (port, log):
        came = trying("ssh", port, user, "sai-hoan-toan")
        assert came.outcome is AttemptOutcome.REFUSED, came
        wait_for(lambda: log.count("Failed password"))
        assert log.count("Failed password", "Failed keyboard") == 1


def test_openssh_with_one_try_allowed_does_not_count_the_question_for_methods(tmp_path, accounts, trying):
    with openssh(tmp_path, accounts, *PLAIN, "MaxAuthTries=1") as (port, _):
        assert trying("ssh", port, USER, PASSWORD).outcome is AttemptOutcome.ACCEPTED
        came = trying("ssh", port, USER, "sai-hoan-toan")
        assert came.outcome is AttemptOutcome.LOCKED, came


def test_openssh_by_keyboard_interactive_counts_one_failure(tmp_path, accounts, trying):
    with openssh(tmp_path, accounts, *ASKING) as (port, log):
        assert trying("ssh", port, USER, PASSWORD).evidence == ("keyboard-interactive", "confirm:session")
        came = trying("ssh", port, USER, "sai-hoan-toan")
        assert came.outcome is AttemptOutcome.REFUSED, came
        wait_for(lambda: log.count("Failed keyboard-interactive"))
        assert log.count("Failed password", "Failed keyboard") == 1


def test_a_forced_change_of_the_password_is_seen_and_not_answered(tmp_path, accounts, trying):
    with openssh(tmp_path, accounts, *ASKING) as (port, _):
        came = trying("ssh", port, EXPIRED, PASSWORD)
        assert came.outcome is AttemptOutcome.MUST_CHANGE, came


def test_a_server_for_keys_alone_is_a_mismatch_without_a_password_sent(tmp_path, accounts, trying):
    with openssh(tmp_path, accounts, "PasswordAuthentication=no", "KbdInteractiveAuthentication=no") as (port, log):
        came = trying("ssh", port, USER, PASSWORD)
        assert came.outcome is AttemptOutcome.MISMATCH, came
        assert "publickey" in came.reason
        assert log.count("Failed password") == 0


def test_a_second_factor_is_unclear(tmp_path, accounts, trying):
    options = ("PasswordAuthentication=yes", "AuthenticationMethods=password,publickey")
    with openssh(tmp_path, accounts, *options) as (port, _):
        assert trying("ssh", port, USER, PASSWORD).outcome is AttemptOutcome.UNCLEAR
        assert trying("ssh", port, USER, "sai-hoan-toan").outcome is AttemptOutcome.REFUSED


def test_an_old_server_is_a_mismatch_that_says_what_it_offers(tmp_path, accounts, looking, trying):
    old = ("KexAlgorithms=diffie-hellman-group14-sha1", "Ciphers=aes128-cbc", *PLAIN)
    with openssh(tmp_path, accounts, *old) as (port, log):
        look = looking("ssh", port)
        assert look.outcome is AttemptOutcome.MISMATCH
        assert "diffie-hellman-group14-sha1" in look.reason
        assert look.exposures == ("obsolete-ssh",)
        assert trying("ssh", port, USER, PASSWORD).outcome is AttemptOutcome.MISMATCH
        assert log.count("Failed password") == 0


def test_a_present_server_is_no_finding_and_shows_its_banner(tmp_path, accounts, looking, door):
    with openssh(tmp_path, accounts, *PLAIN) as (port, log):
        look = looking("ssh", port)
        assert (look.outcome, look.exposures) == (None, ())
        seen = READERS["ssh"](door, Service("127.0.0.1", port, "ssh"), 5.0)
        assert seen.subjects["ssh.banner"].startswith("SSH-2.0-OpenSSH_")
        assert log.count("Failed") == 0


def test_dropbear_grants_refuses_and_counts_once(tmp_path, accounts, looking, trying):
    with dropbear(tmp_path, accounts) as (port, log):
        assert looking("ssh", port).outcome is None
        came = trying("ssh", port, USER, PASSWORD)
        assert came.evidence == ("password", "confirm:session"), came
        came = trying("ssh", port, USER, "sai-hoan-toan")
        assert came.outcome is AttemptOutcome.REFUSED, came
        wait_for(lambda: log.count("Bad password attempt"))
        assert log.count("Bad password attempt") == 1


def test_dropbear_with_one_try_allowed_does_not_count_the_question_for_methods(tmp_path, accounts, trying):
    with dropbear(tmp_path, accounts, "-T", "1") as (port, _):
        assert trying("ssh", port, USER, PASSWORD).outcome is AttemptOutcome.ACCEPTED
