"""What people state beside the measurements: waivers and attestations."""

from datetime import datetime

import msgspec


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An authorised exception. Shown beside an outcome, never instead of it; expired, it counts as if it never was."""

    id: str
    rule: str
    unit: str | msgspec.UnsetType = msgspec.UNSET
    asset: str | msgspec.UnsetType = msgspec.UNSET
    authority: str
    """The document that authorises it."""
    reason: str
    approved_by: str
    valid_from: datetime
    expires_at: datetime

    def valid_at(self, at: datetime) -> bool:
        """Whether the waiver holds at that moment."""
        return self.valid_from <= at < self.expires_at


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A named person's statement on a control of one unit, with its evidence."""

    id: str
    framework: str
    control: str
    unit: str
    fulfilled: bool
    statement: str
    attested_by: str
    attested_at: datetime
    expires_at: datetime
    evidence_digest: str | msgspec.UnsetType = msgspec.UNSET
    """SHA-256 (hex) of the evidence file that the collector keeps."""

    def valid_at(self, at: datetime) -> bool:
        """Whether the statement holds at that moment."""
        return self.attested_at <= at < self.expires_at
