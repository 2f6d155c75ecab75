"""`tuanthu-server waivers`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from tuanthu_server.compliance.models import Waiver


def register(app: App) -> None:
    """Add the commands."""
    group = App(name="waivers", help="Miễn trừ có thời hạn, hai người quyết định (waivers: two people, an expiry).")
    group.command(propose)
    group.command(approve)
    group.command(revoke)
    group.command(show, name="list")
    app.command(group)


def propose(
    *,
    by: str,
    authority: str,
    reason: str,
    until: str,
    rule: str = "",
    control: str = "",
    unit: str | None = None,
    asset: int | None = None,
    since: str | None = None,
) -> None:
    """Đề nghị miễn trừ; lỗi vẫn là lỗi, và cần người khác phê duyệt. (Propose a waiver; another person approves it.)

    Parameters
    ----------
    by
        Tên đăng nhập của người đề nghị (who proposes).
    authority
        Số và ngày văn bản cho phép (the authorising document).
    reason
        Lý do (why).
    until
        Hết hạn: ngày YYYY-MM-DD (đầu ngày) hoặc thời điểm ISO 8601 (expiry).
    rule
        Mã quy tắc (rule).
    control
        Mã yêu cầu, dạng văn-bản/mã (control: framework/control).
    unit
        Mã đơn vị: máy của chính đơn vị đó (a unit's own assets); không nêu: mọi đơn vị (everything).
    asset
        Số của một máy hoặc thiết bị, như trong địa chỉ trang của nó (one asset by number).
    since
        Bắt đầu (beginning); mặc định: khi được duyệt (default: at approval).
    """
    from tuanthu_server.cli.evaluate import unit_id
    from tuanthu_server.cli.moments import read_beginning
    from tuanthu_server.django_setup import setup

    end = read_beginning(until, "--until")
    begin = datetime.now(UTC) if since is None else read_beginning(since, "--since")
    setup()
    from tuanthu_server.compliance import waivers
    from tuanthu_server.compliance.people import person

    proposal = waivers.Proposal(
        rule=rule,
        control=control,
        unit=unit_id(unit),
        asset=asset,
        authority=authority,
        reason=reason,
        valid_from=begin,
        expires_at=end,
    )
    made = waivers.propose(proposal, person(by))
    print(
        f"Đã ghi đề nghị miễn trừ số {made.pk}; cần một người khác phê duyệt: tuanthu-server waivers approve {made.pk}"
    )
    print(f"(Waiver {made.pk} is proposed and holds for nothing until another person approves it.)")


def approve(number: int, *, by: str, note: str = "") -> None:
    """Phê duyệt một đề nghị miễn trừ; người đề nghị không được tự duyệt. (Approve; never by its proposer.)

    Parameters
    ----------
    number
        Số của miễn trừ (its number).
    by
        Tên đăng nhập của người phê duyệt (who approves).
    note
        Ghi chú (note).
    """
    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.compliance import waivers
    from tuanthu_server.compliance.people import person
    from tuanthu_server.compliance.sweep import sweep

    found = waivers.approve(number, person(by), note)
    sweep()
    print(f"Miễn trừ số {number} có hiệu lực đến {shown(found.expires_at)}. (Waiver {number} is approved.)")


def revoke(number: int, *, by: str, reason: str) -> None:
    """Thu hồi miễn trừ từ bây giờ, hoặc rút đề nghị. (Revoke a waiver from now on, or take a proposal back.)

    Parameters
    ----------
    number
        Số của miễn trừ (its number).
    by
        Tên đăng nhập của người thu hồi (who revokes).
    reason
        Lý do (why).
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.compliance import waivers
    from tuanthu_server.compliance.people import person
    from tuanthu_server.compliance.sweep import sweep

    waivers.revoke(number, person(by), reason)
    sweep()
    print(f"Đã thu hồi miễn trừ số {number}. (Waiver {number} is revoked.)")


def show() -> None:
    """Liệt kê mọi miễn trừ, cả đã hết hạn. (List every waiver, those that ended too.)"""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.compliance import waivers
    from tuanthu_server.compliance.exception_words import WAIVER_STATES

    table = Table("Số", "Miễn trừ", "Phạm vi", "Văn bản", "Từ", "Đến", "Tình trạng", "Ai")
    now = datetime.now(UTC)
    for one in waivers.listed():
        people = "; ".join(
            f"{event.get_action_display()}: {event.by_name}" for event in sorted(one.events.all(), key=lambda e: e.pk)
        )
        table.add_row(
            str(one.pk),
            one.rule or one.control,
            scope_text(one),
            one.authority,
            shown(one.valid_from),
            shown(one.expires_at),
            WAIVER_STATES[waivers.state_of(one, now)].vi,
            people,
        )
    Console().print(table)


def scope_text(waiver: "Waiver") -> str:
    """What it reaches, for people."""
    if waiver.asset is not None:
        return f"{waiver.asset.name} ({waiver.asset.unit.code})"
    return waiver.unit.code if waiver.unit is not None else "mọi đơn vị"
