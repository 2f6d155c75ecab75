"""SNMP against net-snmp's agent."""

import pytest
from tests.agent.scanner.servers.real import snmpd

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
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


def test_a_community_that_is_known_gives_two_values(port, trying):
    came = trying("snmp", port, "", "congkhai")
    assert came.outcome is AttemptOutcome.ACCEPTED, came
    assert came.evidence == ("v2c", "sysDescr", "confirm:sysObjectID", "sysobjectid-1.3.6.1.4.1.9.1.1")
    assert "snmp-clear-text" in came.exposures


def test_silence_is_refusal_where_the_same_agent_is_proven_alive(port, trying):
    came = trying("snmp", port, "", "khong-phai")
    assert (came.outcome, came.evidence) == (AttemptOutcome.REFUSED, ("silent", "alive:v3")), came


@pytest.mark.parametrize(
    ("user", "digest"),
    [("nguoimd5", "md5"), ("nguoisha", "sha1"), ("nguoisha256", "sha256"), ("nguoisha512", "sha512")],
)
def test_a_user_of_version_3_is_accepted_and_refused(port, trying, user, digest):
    came = trying("snmp", port, user, "matkhaudai")
    assert came.outcome is AttemptOutcome.ACCEPTED, came
    assert came.evidence == ("v3", digest, "sysDescr", "confirm:sysObjectID")
    came = trying("snmp", port, user, "matkhausai")
    assert (came.outcome, came.evidence) == (
        AttemptOutcome.REFUSED,
        tuple(f"wrong-digest:{name}" for name in ("md5", "sha1", "sha256", "sha512")),
    ), came


def test_an_unknown_user_is_refused(port, trying):
    assert trying("snmp", port, "khong-co", "matkhaudai").evidence == ("v3", "unknown-user")


def test_a_user_for_privacy_alone_is_never_a_pass(port, trying):
    came = trying("snmp", port, "nguoipriv", "matkhaudai")
    assert came.outcome is AttemptOutcome.UNCLEAR, came


def test_an_agent_that_lets_nobody_see_its_description_is_unclear(tmp_path, trying):
    lines = ("view khac included .1.3.6.1.2.1.2", "rocommunity hep default -V khac")
    with snmpd(tmp_path, *lines) as port:
        assert trying("snmp", port, "", "hep").outcome is AttemptOutcome.UNCLEAR
