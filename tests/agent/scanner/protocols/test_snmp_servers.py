"""SNMP against net-snmp's agent."""

import pytest
from tests.agent.scanner.protocols.conftest import target_of
from tests.agent.scanner.servers.door import LoopDoor
from tests.assets.servers.real import snmpd

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import PROTOCOLS, READERS
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

USERS = tuple(
    line
    for name, digest in (
        ("nguoimd5", "MD5"),
        ("nguoisha", "SHA"),
        ("nguoisha256", "SHA-256"),
        ("nguoisha512", "SHA-512"),
    )
    for line in (f"createUser {name} {digest} matkhaudai", f"rouser {name} auth")
)
PRIVATE = ("createUser nguoipriv SHA matkhaudai AES khoarieng1", "rouser nguoipriv priv")


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with snmpd(tmp_path_factory.mktemp("snmp"), "rocommunity congkhai", *USERS, *PRIVATE) as found:
        yield found


def test_the_engine_shows_its_maker_to_anybody(port, looking, door):
    look = looking("snmp", port)
    assert (look.outcome, look.exposures) == (None, ("snmp-answering",))
    assert READERS["snmp"](door, Service("127.0.0.1", port, "snmp", "udp"), 5.0).subjects == {"snmp.enterprise": "8072"}


@pytest.mark.parametrize(("user", "password"), [("", "congkhai"), ("congkhai", "")])
def test_a_community_that_is_known_gives_two_values(port, trying, user, password):
    came = trying("snmp", port, user, password)
    assert came.outcome is AttemptOutcome.ACCEPTED, came
    assert came.evidence == ("v2c", "sysDescr", "confirm:sysObjectID", "sysobjectid-1.3.6.1.4.1.9.1.1")
    assert "snmp-clear-text" in came.exposures


class Sniffing(LoopDoor):
    """Keeps what is sent; `lost` says which datagrams the network loses."""

    def __init__(self, lost=()):
        super().__init__()
        self.sent = []
        self.lost = lost

    def datagram(self, protocol, address, port, payload, timeout):
        self.sent.append(payload)
        return [] if len(self.sent) in self.lost else super().datagram(protocol, address, port, payload, timeout)


def attempt_over(door, port, user, password):
    account = Account(user=user, password=password, source=0)
    return PROTOCOLS["snmp"].attempt(door, target_of("snmp", port), account, 20.0)


def test_silence_is_refusal_where_the_same_agent_is_proven_alive_and_one_datagram_bears_the_secret(port):
    door = Sniffing()
    came = attempt_over(door, port, "", "khong-phai")
    assert (came.outcome, came.evidence) == (AttemptOutcome.REFUSED, ("v2c", "silent", "alive:v3")), came
    assert sum(b"khong-phai" in payload for payload in door.sent) == 1


def test_a_random_account_as_a_control_is_a_random_community(port, trying):
    assert trying("snmp", port, "tuanthu-1a2b", "khong-ai-dat").evidence == ("v2c", "silent", "alive:v3")


def test_a_user_without_a_password_or_with_an_unknown_digest_is_never_sent(port, trying):
    assert trying("snmp", port, "nguoisha", "", path="sha1").outcome is AttemptOutcome.MISMATCH
    assert trying("snmp", port, "nguoisha", "matkhaudai", path="whirlpool").outcome is AttemptOutcome.MISMATCH


@pytest.mark.parametrize("lost", [(1,), (2,), (4,), (5,), (1, 2), (4, 5)])
def test_silence_on_a_network_that_loses_is_no_refusal(port, lost):
    came = attempt_over(Sniffing(lost), port, "", "khong-phai")
    assert came.outcome is AttemptOutcome.UNCLEAR, came


DIGESTS = {"nguoimd5": "md5", "nguoisha": "sha1", "nguoisha256": "sha256", "nguoisha512": "sha512"}


@pytest.mark.parametrize("user", DIGESTS)
def test_a_user_of_version_3_is_accepted_and_refused(port, trying, user):
    digest = DIGESTS[user]
    came = trying("snmp", port, user, "matkhaudai", path=digest)
    assert came.outcome is AttemptOutcome.ACCEPTED, came
    assert came.evidence == ("v3", digest, "sysDescr", "confirm:sysObjectID")
    came = trying("snmp", port, user, "matkhausai", path=digest)
    assert (came.outcome, came.evidence) == (AttemptOutcome.REFUSED, ("v3", f"wrong-digest:{digest}")), came


def test_an_unknown_user_is_refused(port, trying):
    assert trying("snmp", port, "khong-co", "matkhaudai", path="sha1").evidence == ("v3", "unknown-user")


def test_a_user_for_privacy_alone_is_never_a_pass(port, trying):
    came = trying("snmp", port, "nguoipriv", "matkhaudai", path="sha1")
    assert came.outcome is AttemptOutcome.UNCLEAR, came


def test_an_agent_that_lets_nobody_see_its_description_is_unclear(tmp_path, trying):
    lines = ("view khac included .1.3.6.1.2.1.2", "rocommunity hep default -V khac")
    with snmpd(tmp_path, *lines) as port:
        assert trying("snmp", port, "", "hep").outcome is AttemptOutcome.UNCLEAR
