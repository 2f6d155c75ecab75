"""The file format of examples: what a device shows and answers, and what must come of it.

`policies/devices/<vendor>/examples/<name>.yml`.
"""

import msgspec

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import Scalar
from tuanthu_policy.devices.subjects import page_evidence
from tuanthu_policy.devices.testing import scalar_text

PROVENANCES = ("captured", "synthetic")
NONE = "none"


class Recorded(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One answer of a device."""

    status: int
    headers: dict[str, str | list[str]] = {}
    """A list for a field that comes several times."""
    body: str = ""

    def answer(self) -> Answer:
        """As the scanner would have read it."""
        fields = [
            (name, value)
            for name, given in self.headers.items()
            for value in ([given] if isinstance(given, str) else given)
        ]
        return Answer(self.status, tuple(fields), self.body.encode())


class AttestExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What the device says of itself."""

    id: str
    """Of the attestation."""
    answer: Recorded
    verdict: str
    """A verdict; `noted`: a statement without one holds; `none`: nothing is known."""


class LoginExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The answers in the course of one login. With Basic and Digest: those after authentication."""

    login: str
    preflight: dict[str, Recorded] = {}
    """By id of the step; empty: not asked."""
    open: Recorded | msgspec.UnsetType = msgspec.UNSET
    """The protected read without credentials."""
    steps: dict[str, Recorded] = {}
    """By id of the step, and `confirm` for the second read."""
    outcome: str
    """An attempt's outcome, or that of the look before it (`locked`, `no-auth`, `protocol-mismatch`)."""
    left: int | msgspec.UnsetType = msgspec.UNSET
    unlock_seconds: int | msgspec.UnsetType = msgspec.UNSET


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The whole file."""

    provenance: str
    """`captured` from a device, or `synthetic`: written after the source."""
    source: str
    """Which device and firmware, or which document."""
    family: str = NONE
    """The entry that must win; `none`: none may reach its threshold."""
    page: Recorded | msgspec.UnsetType = msgspec.UNSET
    """The start page: gives the `http.…` subjects."""
    evidence: dict[str, Scalar] = {}
    """Further subjects."""
    probes: dict[str, Recorded] = {}
    """Answers to the probes of `family`, by id."""
    captured: dict[str, str] = {}
    """What must be captured: `model` …"""
    attest: list[AttestExample] = []
    logins: list[LoginExample] = []

    def subjects(self) -> dict[str, str]:
        """The evidence of the fingerprint."""
        shown = {} if self.page is msgspec.UNSET else page_evidence(self.page.answer())
        return {**shown, **{name: scalar_text(value) for name, value in self.evidence.items()}}
