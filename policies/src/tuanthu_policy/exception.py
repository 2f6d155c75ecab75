"""What people state beside the measurements: waivers and attestations."""

from datetime import datetime

import msgspec


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An authorised exception. Shown beside an outcome, never instead of it; expired, it counts as if it never was.

    It names a rule or a control, and one asset, one unit (not the units below it) or, naming neither, everything.
    """

    id: str
    rule: str | msgspec.UnsetType = msgspec.UNSET
    control: str | msgspec.UnsetType = msgspec.UNSET
    """`framework/control`."""
    unit: str | msgspec.UnsetType = msgspec.UNSET
    asset: str | msgspec.UnsetType = msgspec.UNSET
    authority: str
    """The document that authorises it."""
    reason: str
    proposed_by: str
    approved_by: str
    """Never the same person."""
    valid_from: datetime
    """Not before the approval: what was judged stays as it was judged."""
    expires_at: datetime
    revoked_at: datetime | msgspec.UnsetType = msgspec.UNSET

    def valid_at(self, at: datetime) -> bool:
        """Whether the waiver holds at that moment."""
        revoked = self.revoked_at is not msgspec.UNSET and self.revoked_at <= at
        return self.valid_from <= at < self.expires_at and not revoked


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A named person's statement on a control of one unit, with its evidence."""

    id: str
    control: str
    """`framework/control`."""
    unit: str
    fulfilled: bool
    statement: str
    attested_by: str
    attested_at: datetime
    """When it was recorded: it never changes what was true before."""
    expires_at: datetime
    ended_at: datetime | msgspec.UnsetType = msgspec.UNSET
    """When it was revoked, or a newer statement took its place."""
    evidence_digest: str | msgspec.UnsetType = msgspec.UNSET
    """SHA-256 (hex) of the evidence file that the collector keeps."""

    def valid_at(self, at: datetime) -> bool:
        """Whether the statement holds at that moment."""
        ended = self.ended_at is not msgspec.UNSET and self.ended_at <= at
        return self.attested_at <= at < self.expires_at and not ended
