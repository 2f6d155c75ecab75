"""The compact record of an asset's last judgement (`JudgedState.body`)."""

from typing import NamedTuple

import msgspec


class Judged(NamedTuple):
    """One rule's result as it is kept."""

    outcome: int
    decided_by: str
    reason: str
    evidence_kind: str


class State(msgspec.Struct, array_like=True):
    """Results by rule number and findings by control number."""

    results: dict[int, Judged] = {}
    findings: dict[int, int] = {}
    waived_rules: frozenset[int] = frozenset()
    """Of the failures above, those that a waiver names; states from before there were waivers have none."""
    waived_controls: frozenset[int] = frozenset()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


def encode_state(state: State) -> bytes:
    """The bytes of `JudgedState.body`."""
    return _encoder.encode(state)


def decode_state(body: bytes) -> State:
    """Read them back."""
    return _decoder.decode(body)
