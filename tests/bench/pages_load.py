"""What people leave in a collector over a year: accounts, tokens, waivers, statements, a security log, a second policy."""

from datetime import UTC, datetime, timedelta

import msgspec

from tuanthu_policy.policy import Policy
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import days
from tuanthu_server.compliance.models import (
    Attestation,
    AttestationEvent,
    EvidenceFile,
    PolicyVersion,
    StatementAction,
    Waiver,
    WaiverAction,
    WaiverEvent,
)
from tuanthu_server.compliance.standing import standing
from tuanthu_server.inventory.models import EnrolToken
from tuanthu_server.security_log.models import SecurityEvent, SecurityHead
from tuanthu_server.units.models import Unit

DAYS = 90
WAIVERS = 1000
EVENTS = 50_000
TABLES = "compliance_attestation, compliance_attestationevent, compliance_waiver, compliance_waiverevent"
"""Those that are filled most: a database looks at them by itself, but not at once."""
YEAR = timedelta(days=365)


def load(policy: Policy) -> User:
    """Make it all, the same each time; returns the administrator who asks for the pages.

    The log's digests are no chain: this is for a transaction that is taken back.
    """
    now = datetime.now(UTC)
    units = list(Unit.objects.order_by("code"))
    bench = User.objects.create_user("bench", role=Role.ADMINISTRATOR)
    User.objects.bulk_create(User(username=f"cán-bộ-{unit.code}", role=Role.OFFICER) for unit in units)
    EnrolToken.objects.bulk_create(
        EnrolToken(digest=f"bench {place}".encode(), unit=unit, uses_left=5, created_at=now, expires_at=now + YEAR)
        for place, unit in enumerate(units)
    )
    _remember_days()
    _waive(policy, units, bench, now)
    _attest(policy, units, bench, now)
    last = SecurityEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    SecurityEvent.objects.bulk_create(
        SecurityEvent(sequence=last + place, at=now, kind="signed-in", actor="bench", detail={}, digest="0" * 64)
        for place in range(1, EVENTS + 1)
    )
    SecurityHead.objects.update_or_create(id=1, defaults={"sequence": last + EVENTS, "digest": "0" * 64})
    version = PolicyVersion.objects.order_by("-in_force_from").first()
    PolicyVersion.objects.create(
        digest=version.digest,
        body=version.body,
        published_at=now,
        in_force_from=version.in_force_from - YEAR,
        note="bench",
    )
    return bench


def _remember_days() -> None:
    """Figures of each day that curves show: those of today, since only their number is measured here."""
    now = standing()
    for back in range(DAYS):
        days.record(msgspec.structs.replace(now, as_of=now.as_of - timedelta(days=back)))


def _waive(policy: Policy, units: list[Unit], by: User, now: datetime) -> None:
    """Many that expired and some that wait for approval: figures stay those of the simulated province."""
    rules = sorted(policy.rules)
    made = Waiver.objects.bulk_create(
        Waiver(
            rule=rules[place % len(rules)],
            unit=units[place % len(units)],
            authority="Quyết định 15/QĐ-SYT",
            reason="Chờ thay thế máy trong năm",
            valid_from=now - YEAR,
            expires_at=now + YEAR if place % 10 == 0 else now - timedelta(days=place % 90 + 1),
        )
        for place in range(WAIVERS)
    )
    WaiverEvent.objects.bulk_create(
        WaiverEvent(waiver=one, action=action, at=now - YEAR, by=by, by_name="Nguyễn Thị Lan")
        for one in made
        for action in (WaiverAction.PROPOSED, WaiverAction.APPROVED)
        if action == WaiverAction.PROPOSED or one.expires_at < now
    )


def _attest(policy: Policy, units: list[Unit], by: User, now: datetime) -> None:
    """Every clause of every unit, last year and this year."""
    scan = EvidenceFile.objects.create(
        digest="b" * 64, media_type="application/pdf", size=5, body=b"%PDF-", kept_at=now
    )
    made = Attestation.objects.bulk_create(
        Attestation(
            control=code,
            unit=unit,
            fulfilled=True,
            statement="Đã ban hành và phổ biến quy chế",
            attested_by="Trần Văn Bình, Giám đốc",
            valid_from=now - age,
            expires_at=now + YEAR,
            remind_at=now + YEAR,
            evidence=scan,
            file_name="quy-che.pdf",
        )
        for age in (YEAR, timedelta(days=30))
        for unit in units
        for code in policy.attested_controls()
    )
    AttestationEvent.objects.bulk_create(
        AttestationEvent(attestation=one, action=action, at=at, by=by, by_name="Nguyễn Thị Lan")
        for place, one in enumerate(made)
        for action, at in (
            (StatementAction.MADE, one.valid_from),
            (StatementAction.REPLACED, now - timedelta(days=30)),
        )
        if action == StatementAction.MADE or place < len(made) // 2
    )
