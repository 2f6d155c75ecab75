"""What the scanning child tells its parent: one line of JSON each."""

import msgspec

from tuanthu_policy.devices.finding import ServiceFinding


class Stage(msgspec.Struct, frozen=True, tag="stage"):
    """How far it is."""

    name: str
    """As `discovery.interface.Progress.stage`, or `audit`."""
    done: int
    total: int
    live: int


class Found(msgspec.Struct, frozen=True, tag="found"):
    """One host is done."""

    findings: list[ServiceFinding]
    managed: bool
    """An enrolled machine; all others are gaps in coverage."""


class Gap(msgspec.Struct, frozen=True, tag="gap"):
    """What could not be looked at, as `code: detail`."""

    text: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """All is done. Without this line the child broke off."""

    whole: bool


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The scan could not go on; nothing was lost."""

    vi: str
    en: str


Event = Stage | Found | Gap | Ended | Failed
DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
