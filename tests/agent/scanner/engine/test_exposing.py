"""What logins showed to stand open is told, and told again on nights without a login."""

import pytest
from tests.agent.scanner.families import make_family

from tuanthu_agent.scanner.engine.concluding import of_way
from tuanthu_agent.scanner.engine.planning import Way
from tuanthu_agent.scanner.engine.subject import Recognised, Subject
from tuanthu_agent.scanner.interface import Service, Target
from tuanthu_policy.devices.family import Account, Login
from tuanthu_policy.devices.finding import Device
from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome

SEEN = {"snmp": ("snmp-answering",), "ftp": ("ftp-open",)}


def told(protocol, users, outcomes, path=""):
    """The exposures of the finding of one service, of which no login was sent tonight."""
    login = Login(id="x", protocol=protocol, path=path)
    accounts = [Account(user=user, password="guest", source=0) for user in users]
    service = Service("127.20.0.5", 1, protocol)
    way = Way(Target(service, make_family(logins=[login], accounts=accounts), login), dict(enumerate(outcomes)))
    subject = Subject("127.20.0.5", None, None, "unknown", [service], exposures={service: set(SEEN[protocol])})
    return of_way(subject, Recognised(None, Device()), way).exposures


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), ["snmp-answering"]),
        ((Outcome.REFUSED,), ["snmp-answering"]),
        ((Outcome.REFUSED, Outcome.UNCLEAR), ["snmp-answering"]),
        ((Outcome.REFUSED, Outcome.REFUSED), ["snmp-v3-only"]),
        ((Outcome.REFUSED, Outcome.ACCEPTED), ["snmp-answering", "snmp-clear-text"]),
    ],
)
def test_an_agent_of_version_3_alone_is_told_apart(outcomes, expected):
    assert told("snmp", ("public", "private"), outcomes) == expected


def test_users_of_version_3_say_nothing_of_communities():
    assert told("snmp", ("nguoi",), (Outcome.REFUSED,), path="sha1") == ["snmp-answering"]
    assert told("snmp", ("nguoi",), (Outcome.ACCEPTED,), path="sha1") == ["snmp-answering"]


def test_ftp_for_anybody_is_told_on_later_nights_too():
    assert told("ftp", ("anonymous", "admin"), (Outcome.NO_AUTH,)) == ["ftp-anonymous", "ftp-open"]
    assert told("ftp", ("anonymous", "admin"), (Outcome.REFUSED, Outcome.ACCEPTED)) == ["ftp-open"]
