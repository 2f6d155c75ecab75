"""What a night could not learn is asked again on another: after no connection, no clear answer, or a silent lock-out."""

import pytest
from tests.agent.scanner.engine.scripted import Engine, verdicts
from tests.agent.scanner.families import SHELL, make_family

from tuanthu_agent.scanner.engine.concluding import settled
from tuanthu_agent.scanner.engine.shielding import log_in
from tuanthu_agent.scanner.interface import Attempt, OutOfScopeError, Service, Target
from tuanthu_agent.scanner.protocols.ftp import Ftp
from tuanthu_agent.scanner.protocols.stream import Deadline, opened
from tuanthu_policy.devices.family import Account, Lockout, Login
from tuanthu_policy.devices.verdict import AttemptOutcome

ACCEPTED, UNCLEAR, UNSENT = AttemptOutcome.ACCEPTED, AttemptOutcome.UNCLEAR, AttemptOutcome.UNSENT
ADMIN = [Account(user="admin", password=f"bí-mật-{number}", source=0) for number in range(3)]
TWO_ACCOUNTS = make_family(accounts=ADMIN[:2])
SILENT = make_family(accounts=ADMIN[:2], lockout=Lockout(attempts=5, duration_seconds=1800, silent=True))
PAGE = ("http", 80)


@pytest.mark.parametrize("outcome", [UNSENT, UNCLEAR])
def test_an_account_that_was_not_answered_is_asked_again_and_then_all_is_known(tmp_path, outcome):
    engine = Engine(tmp_path / "scan", TWO_ACCOUNTS)
    engine.device.answers[("http", "bí-mật-0")] = outcome
    assert verdicts(engine.night(PAGE)) == ["inconclusive"]
    engine.device.answers.clear()
    assert verdicts(engine.night(PAGE)) == ["default-rejected"]
    assert engine.sent == [("http", 0), ("http", 1), ("http", 0)], "what was never tried goes first"


def test_a_default_that_hid_behind_a_bad_night_is_found_in_the_same_month(tmp_path):
    engine = Engine(tmp_path / "scan", TWO_ACCOUNTS)
    engine.device.answers[("http", "bí-mật-0")] = UNSENT
    engine.night(PAGE)
    engine.device.answers[("http", "bí-mật-0")] = ACCEPTED
    assert verdicts(engine.night(PAGE)) == ["default-confirmed"]


def test_a_made_up_account_that_came_through_to_nobody_is_made_up_again(tmp_path):
    engine = Engine(tmp_path / "scan", TWO_ACCOUNTS)
    engine.device.answers[("http", "bí-mật-0")] = ACCEPTED
    unmade = engine.device.answer
    engine.device.answer = lambda protocol, account: (
        Attempt(UNSENT) if account.user.startswith("tuanthu-") else unmade(protocol, account)
    )
    engine.night(PAGE)
    engine.device.answer = lambda protocol, account: Attempt(ACCEPTED)
    assert verdicts(engine.night(PAGE)) == ["accepts-any"]


def test_a_device_that_locks_silently_passes_once_each_account_was_refused_on_two_nights(tmp_path):
    engine = Engine(tmp_path / "scan", SILENT)
    told = [settled(engine.night(PAGE)[0]) for _ in range(4)]
    assert engine.sent == [("http", 0), ("http", 1), ("http", 0), ("http", 1)], "one a night, the likeliest first"
    assert [one.verdict.value for one in told] == ["inconclusive"] * 3 + ["default-rejected"]
    assert [one.tested for one in told] == [0, 0, 1, 2]


def test_a_silent_lock_that_hid_the_default_on_one_night_hides_it_no_longer(tmp_path):
    engine = Engine(tmp_path / "scan", SILENT)
    engine.night(PAGE)
    engine.night(PAGE)
    engine.device.answers[("http", "bí-mật-0")] = ACCEPTED
    assert verdicts(engine.night(PAGE)) == ["default-confirmed"]


def test_a_pass_of_the_last_month_stands_while_this_one_asks_on_two_nights(tmp_path):
    engine = Engine(tmp_path / "scan", SILENT)
    for _ in range(4):
        engine.night(PAGE)
    engine.cycle = 2
    for night in range(4):
        assert verdicts(engine.night(PAGE)) == ["default-rejected"]
        assert len(engine.sent) == 5 + night
    engine.night(PAGE)
    assert len(engine.sent) == 8, "then there is peace"


def test_what_the_bound_of_a_name_left_out_goes_first_in_the_next_month(tmp_path):
    engine = Engine(tmp_path / "scan", make_family(accounts=ADMIN))
    both = (PAGE, ("ssh", 22))
    for _ in range(4):
        ways = engine.night(*both)
    assert engine.sent == [("http", 0), ("ssh", 0), ("http", 1), ("ssh", 1)]
    assert [way.reason.partition(":")[0] for way in ways] == ["name", "name"]
    assert verdicts(ways) == ["inconclusive"] * 2
    engine.clock.pass_(28 * 86_400)
    engine.cycle = 2
    assert verdicts(engine.night(*both)) == ["default-rejected"] * 2
    assert engine.sent[4:] == [("http", 2), ("ssh", 2)]


class Closed:
    """A door behind which nobody listens."""

    def __init__(self, error):
        self.error = error

    def permitted(self, protocol, address):
        return True

    def connect(self, protocol, address, port, timeout):
        raise self.error


FTP = Target(Service("127.20.0.5", 21, "ftp"), TWO_ACCOUNTS, Login(id="ftp", protocol="ftp"))


@pytest.mark.parametrize("error", [ConnectionRefusedError(111, "no"), TimeoutError(), OutOfScopeError("closed")])
def test_without_a_connection_no_account_was_sent(error):
    attempt = log_in(Ftp(), Closed(error), FTP, ADMIN[0])
    assert attempt.outcome is UNSENT
    assert attempt.reason


def test_a_connection_that_is_made_and_says_nothing_may_have_carried_it(tmp_path):
    class HangsUp(Closed):
        def connect(self, protocol, address, port, timeout):
            import socket

            ours, theirs = socket.socketpair()
            theirs.close()
            return ours

    assert log_in(Ftp(), HangsUp(None), FTP, ADMIN[0]).outcome is AttemptOutcome.UNREACHABLE


def test_a_second_connection_that_fails_takes_nothing_back():
    class OpensOnce(Closed):
        made = 0

        def connect(self, protocol, address, port, timeout):
            import socket

            self.made += 1
            if self.made > 1:
                raise ConnectionRefusedError(111, "no")
            ours, theirs = socket.socketpair()
            theirs.sendall(b"x")
            return ours

    class Twice:
        def attempt(self, door, target, account, seconds):
            for _ in range(2):
                with opened(door, target.service, Deadline(1.0)):
                    pass

    attempt = log_in(_Attempted(Twice()), OpensOnce(None), FTP, ADMIN[0])
    assert attempt.outcome is AttemptOutcome.UNREACHABLE


class _Attempted:
    """A protocol whose faults are outcomes, as those of all are."""

    def __init__(self, protocol):
        self.protocol = protocol

    def attempt(self, *arguments):
        from tuanthu_agent.scanner.protocols.faults import attempted

        return attempted(lambda: self.protocol.attempt(*arguments))


def test_a_datagram_that_left_may_have_arrived():
    class Wire(Closed):
        def datagram(self, protocol, address, port, payload, timeout):
            raise ConnectionRefusedError(111, "port closed")

    class Asks:
        def attempt(self, door, target, account, seconds):
            return door.datagram("snmp", "127.20.0.5", 161, b"x", 1.0)

    target = Target(Service("127.20.0.5", 161, "snmp", "udp"), TWO_ACCOUNTS, SHELL)
    assert log_in(_Attempted(Asks()), Wire(None), target, ADMIN[0]).outcome is AttemptOutcome.UNREACHABLE
