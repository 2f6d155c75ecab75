"""Commands about who may scan: `keys trust`, `scope assign`, `scope list`, `scope revoke`. They work on data."""

from pathlib import Path
from uuid import UUID


def trust(public_key: Path, *, replace: bool = False) -> None:
    """Tin khóa công khai của cơ quan cấp phép quét. (Trust the scan authority's public key.)

    Parameters
    ----------
    public_key
        Tệp authority.pub do `keys new` tạo. (The public key.)
    replace
        Thay khóa đang tin bằng khóa này. (Replace the key that is trusted now.)
    """
    from tuanthu_server.authority import keys
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.scans import trust as trusting

    key = keys.load_public(public_key)
    trusting.trust(key, replace=replace)
    print(f"Dấu vân tay (fingerprint): {keys.fingerprint(key)}")
    print("Máy chủ tin khóa này; máy ghi danh từ nay nhận khóa khi ghi danh.")
    print("(The key is trusted; agents that enrol from now on pin it at enrolment.)")


def assign(*, scope: Path, agent: str) -> None:
    """Giao giấy phép quét đã ký cho một máy, thay giấy phép máy đang có. (Give a signed scope to an agent.)

    Parameters
    ----------
    scope
        Tệp giấy phép do `scope issue` ghi. (The scope file.)
    agent
        Mã tác tử, hoặc tên máy nếu chỉ có một máy tên ấy. (The agent's id, or its machine's name.)
    """
    from tuanthu_server.authority import keys
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.scans import assignments

    found = assignments.assign(keys.read_small(scope, "--scope"), agent)
    machine = found.agent.asset
    print(f"Đã giao giấy phép {found.scope_id} cho {machine.name} ({found.agent_id}), đơn vị {machine.unit.code}.")
    print(f"(Scope {found.scope_id} was given to {machine.name}.)")


def show_scopes() -> None:
    """Liệt kê giấy phép đã giao, cả đã thu hồi. (List the scopes that were assigned, revoked ones too.)"""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.scans.models import ScopeAssignment
    from tuanthu_server.scans.words import state_of

    table = Table()
    table.add_column("Giấy phép", no_wrap=True, min_width=36)  # to be copied into `scope revoke`
    for title in ("Đơn vị", "Máy", "Mạng", "Hiệu lực đến", "Giao lúc", "Tình trạng"):
        table.add_column(title, overflow="fold")
    found = ScopeAssignment.objects.select_related("agent__asset", "unit", "authority").order_by("-assigned_at", "-pk")
    for one in found:
        table.add_row(
            str(one.scope_id),
            one.unit.code,
            one.agent.asset.name,
            ", ".join(one.networks),
            shown(one.not_after),
            shown(one.assigned_at),
            state_of(one).vi,
        )
    Console().print(table)


def revoke_scope(scope: UUID, *, reason: str = "") -> None:
    """Thu hồi giấy phép: máy quét được báo ở lần hỏi sau. (Revoke a scope; agents learn it when they ask next.)

    Parameters
    ----------
    scope
        Mã giấy phép. (The scope's id.)
    reason
        Lý do. (Why.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.scans import assignments

    count = assignments.revoke(scope, reason)
    print(f"Đã thu hồi giấy phép {scope} của {count} máy. (Revoked, from {count} agents.)")
