"""`LoginProtocol` for SNMP: a user of version 3 where `login.path` names the digest, else a community.

Silence is how an agent refuses a community, and how a network loses a datagram. One datagram is sent with a community,
since a device may count each; so silence is refusal only where the same agent answered version 3's discovery, which
needs no secret, each time before and after. A community stands in the account's password, or in its user alone.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Service, Target
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.faults import attempted, looked, mismatch, network_reason
from tuanthu_agent.scanner.protocols.seen import Seen
from tuanthu_agent.scanner.protocols.snmp import packets, usm
from tuanthu_agent.scanner.protocols.snmp.packets import SYS_DESCR, SYS_OBJECT_ID, Oid, Response
from tuanthu_agent.scanner.protocols.snmp.usm import Answer, Engine, Key
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

ANSWER_SECONDS: Final = 1.5
STEADY: Final = 2
"""Discoveries in a row that must all be answered, before and after a silence."""
ANSWERING: Final = ("snmp-answering",)
CLEAR: Final = ("snmp-answering", "snmp-clear-text")
_NAMES: Final = {packets.V1: "v1", packets.V2C: "v2c"}


@dataclass(frozen=True, slots=True)
class Agent:
    """One SNMP agent behind the door."""

    door: Door
    service: Service
    deadline: Deadline

    def exchange(self, payload: bytes) -> list[bytes]:
        """One datagram and what answers it. Raises OSError, OutOfScopeError."""
        wait = self.deadline.left(ANSWER_SECONDS)
        if wait <= 0:
            return []
        return self.door.datagram("snmp", self.service.address, self.service.port, payload, wait)

    def discover(self, times: int = 2) -> Engine | None:
        """The engine, if the agent speaks version 3; asked again once against loss."""
        for _ in range(times):
            for raw in self.exchange(usm.discovery(_request())):
                answer = usm.parse_answer(raw)
                if answer is not None and answer.engine.id:
                    return answer.engine
        return None

    def steady(self) -> bool:
        """Whether each of several discoveries is answered: the agent is there, and nothing is being lost."""
        return all(self.discover(times=1) is not None for _ in range(STEADY))

    def read(self, version: int, community: str, oid: Oid) -> Response | None:
        """What the agent answers to a community; None: silence, or an answer to something else."""
        request = _request()
        for raw in self.exchange(packets.get(version, community, request, oid)):
            response = packets.parse_response(raw, version)
            if response is not None and response.request == request and response.community == community.encode():
                return response
        return None

    def read_signed(self, engine: Engine, key: Key, oid: Oid) -> tuple[Answer, bool] | None:
        """What the agent answers to a user, and whether the answer is signed with the same key."""
        request = _request()
        for raw in self.exchange(usm.signed_get(request, engine, key, oid)):
            answer = usm.parse_answer(raw)
            if answer is not None:
                return answer, usm.verified(raw, answer, key)
        return None


def _request() -> int:
    return secrets.randbelow(2**31 - 2) + 1


def has_value(response: Response | None, oid: Oid) -> bool:
    """Whether it holds the object that was asked for. Pure."""
    return response is not None and response.error == 0 and response.oid == oid and response.value is not None


def read_snmp(door: Door, service: Service, seconds: float) -> Seen:
    """The engine's enterprise, by version 3's discovery; no community is tried."""
    try:
        engine = Agent(door, service, Deadline(seconds)).discover()
    except OSError as error:
        return Seen(reason=network_reason(error))
    if engine is None:
        return Seen(reason="silent: snmp version 3")
    subjects = {} if engine.enterprise is None else {"snmp.enterprise": str(engine.enterprise)}
    return Seen(subjects, ANSWERING)


class Snmp:
    """Reads sysDescr and, to confirm, sysObjectID."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Whether the agent answers version 3's discovery; one that does not may still know a community."""

        def run() -> Look:
            engine = Agent(door, target.service, Deadline(seconds)).discover()
            if engine is None:
                return Look(reason="snmp-silent: only a value would prove anything")
            return Look(evidence=(f"enterprise-{engine.enterprise}",), exposures=ANSWERING)

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """One datagram with one community, or with one user's digest."""

        def run() -> Attempt:
            user, password = pair(account)
            agent = Agent(door, target.service, Deadline(seconds))
            if target.login.path:
                return _user(agent, user, password, target.login.path)
            return _community(agent, password or user)

        return attempted(run)


def _community(agent: Agent, community: str) -> Attempt:
    steady = agent.steady()
    # Version 2c where the agent is of this century; else version 1, which the oldest ones know alone.
    version = packets.V2C if steady else packets.V1
    response = agent.read(version, community, SYS_DESCR)
    if response is not None:
        return _answered(agent, version, community, response)
    name = _NAMES[version]
    if steady and agent.steady():
        return Attempt(AttemptOutcome.REFUSED, (name, "silent", "alive:v3"), exposures=ANSWERING)
    return Attempt(AttemptOutcome.UNCLEAR, (name, "silent"), "snmp-silent: refusal and absence look the same")


def _answered(agent: Agent, version: int, community: str, response: Response) -> Attempt:
    name = _NAMES[version]
    if not has_value(response, SYS_DESCR):
        reason = "snmp-value: answered without a value"
        return Attempt(AttemptOutcome.UNCLEAR, (name, f"error-{response.error}"), reason, exposures=CLEAR)
    further = agent.read(version, community, SYS_OBJECT_ID) or agent.read(version, community, SYS_OBJECT_ID)
    if further is None or not has_value(further, SYS_OBJECT_ID):
        return Attempt(AttemptOutcome.UNCLEAR, (name, "sysDescr"), "snmp-unconfirmed: no sysObjectID", exposures=CLEAR)
    evidence = (name, "sysDescr", "confirm:sysObjectID", f"sysobjectid-{further.value}"[:80])
    return Attempt(AttemptOutcome.ACCEPTED, evidence, exposures=CLEAR)


def _user(agent: Agent, user: str, password: str, digest: str) -> Attempt:
    if not password or len(user.encode()) > 32 or digest not in usm.DIGESTS:
        raise mismatch("account: cannot be sent over this protocol")
    engine = agent.discover()
    if engine is None:
        return Attempt(AttemptOutcome.UNREACHABLE, reason="silent: snmp version 3")
    came = _signed(agent, engine, user, password, digest)
    return came or Attempt(AttemptOutcome.REFUSED, ("v3", f"wrong-digest:{digest}"), exposures=ANSWERING)


def _signed(agent: Agent, engine: Engine, user: str, password: str, digest: str) -> Attempt | None:
    """What one digest came to; None where the agent says that the digest is wrong."""
    key = Key(user, usm.localised_key(password, engine.id, digest), digest)
    found = agent.read_signed(engine, key, SYS_DESCR)
    if found is not None and found[0].response.oid == usm.NOT_IN_TIME:
        # The agent checks its clock after the digest, and says what it has; this is no refusal.
        engine = Engine(engine.id, found[0].engine.boots, found[0].engine.time)
        found = agent.read_signed(engine, key, SYS_DESCR)
    if found is None:
        return Attempt(AttemptOutcome.UNCLEAR, ("v3", digest, "silent"), "snmp-silent: no answer to a user")
    answer, signed = found
    if answer.response.report:
        return _reported(answer.response, digest)
    if not signed:
        return Attempt(AttemptOutcome.UNCLEAR, ("v3", digest), "snmp-unsigned: who answered does not know the key")
    if not has_value(answer.response, SYS_DESCR):
        reason = "snmp-value: the password is right, and nothing may be read without privacy"
        return Attempt(AttemptOutcome.UNCLEAR, ("v3", digest, f"error-{answer.response.error}"), reason)
    return _confirm_user(agent, engine, key)


def _confirm_user(agent: Agent, engine: Engine, key: Key) -> Attempt:
    further = agent.read_signed(engine, key, SYS_OBJECT_ID)
    if further is None or not further[1] or not has_value(further[0].response, SYS_OBJECT_ID):
        return Attempt(AttemptOutcome.UNCLEAR, ("v3", key.digest, "sysDescr"), "snmp-unconfirmed: no sysObjectID")
    return Attempt(AttemptOutcome.ACCEPTED, ("v3", key.digest, "sysDescr", "confirm:sysObjectID"), exposures=ANSWERING)


def _reported(response: Response, digest: str) -> Attempt | None:
    if response.oid == usm.WRONG_DIGEST:
        return None
    if response.oid == usm.UNKNOWN_USER:
        return Attempt(AttemptOutcome.REFUSED, ("v3", "unknown-user"), exposures=ANSWERING)
    name = "level" if response.oid == usm.UNSUPPORTED_LEVEL else "other"
    return Attempt(
        AttemptOutcome.UNCLEAR, ("v3", digest, f"report-{name}"), "snmp-report: neither accepted nor refused"
    )
