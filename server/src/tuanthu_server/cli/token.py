"""`tuanthu-server token` and `tuanthu-server agents`."""

from uuid import UUID

from cyclopts import App

OWN_CERTIFICATE = (
    "Máy chủ dùng chứng thư riêng: máy trạm kiểm tra bằng kho chứng thư của hệ điều hành, ghi danh không cần "
    "--ca-fingerprint; nếu là CA nội bộ thì thêm --ca TỆP.\n"
    "(The collector uses the operator's certificate: agents check it by their machine's trust store, enrol without "
    "--ca-fingerprint; for an internal CA add --ca FILE.)"
)


def register(app: App) -> None:
    """Add the commands."""
    tokens = App(name="token", help="Mã ghi danh của đơn vị (units' enrolment tokens).")
    tokens.command(new)
    tokens.command(show_tokens, name="list")
    tokens.command(revoke_token, name="revoke")
    app.command(tokens)
    agents = App(name="agents", help="Tác tử đã ghi danh (enrolled agents).")
    agents.command(show_agents, name="list")
    agents.command(revoke_agent, name="revoke")
    app.command(agents)


def new(*, unit: str, uses: int = 1, days: int = 7, label: str = "") -> None:
    """Cấp mã ghi danh cho một đơn vị (issue an enrolment token); mã chỉ hiện một lần.

    Parameters
    ----------
    unit
        Mã đơn vị (unit code).
    uses
        Số máy được ghi danh (how many machines).
    days
        Số ngày có hiệu lực (days of validity).
    label
        Ghi chú (note).
    """
    from tuanthu_server import tls
    from tuanthu_server.config import load_config
    from tuanthu_server.django_setup import setup
    from tuanthu_server.errors import InputError

    setup()
    from tuanthu_server.inventory import tokens
    from tuanthu_server.units.models import Unit

    found = Unit.objects.filter(code=unit).first()
    if found is None:
        raise InputError(f"Không có đơn vị mang mã {unit}", f"There is no unit with code {unit}")
    config = load_config()
    fingerprint = tls.ca_fingerprint(config)  # before the token: a certificate that is wrong must not cost one
    print(f"Mã ghi danh của {found.name} (dùng {uses} lần, hết hạn sau {days} ngày):")
    print(f"  {tokens.issue(found, uses, days, label)}")
    if fingerprint is not None:
        print(f"Dấu vân tay CA, SHA-256 (CA fingerprint):\n  {fingerprint}")
    else:
        print(OWN_CERTIFICATE)
    print(f"Địa chỉ (address):\n  https://{config.public_host}:{config.listen_port}")


def show_tokens() -> None:
    """Liệt kê mã ghi danh (list tokens)."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.inventory import tokens

    words = {
        None: "còn hiệu lực",
        "token-used": "đã dùng hết",
        "token-expired": "hết hạn",
        "token-revoked": "đã thu hồi",
    }
    table = Table("Số", "Đơn vị", "Ghi chú", "Còn", "Hết hạn", "Tình trạng")
    for one in tokens.statuses():
        state = words[one.problem.value if one.problem else None]
        table.add_row(str(one.id), one.unit_code, one.label, str(one.uses_left), shown(one.expires_at), state)
    Console().print(table)


def revoke_token(number: int) -> None:
    """Thu hồi một mã ghi danh theo số (revoke a token by its number)."""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.inventory import tokens

    tokens.revoke(number)
    print(f"Đã thu hồi mã ghi danh số {number}.")


def show_agents() -> None:
    """Liệt kê tác tử (list agents)."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.inventory.models import Agent

    table = Table("Tác tử", "Máy", "Đơn vị", "Báo cáo", "Thiếu", "Lần cuối", "Tình trạng")
    for agent in Agent.objects.select_related("asset__unit").order_by("asset__unit__code", "asset__name"):
        seen = shown(agent.asset.last_seen_at) if agent.asset.last_seen_at else "chưa từng"
        table.add_row(
            str(agent.pk),
            agent.asset.name,
            agent.asset.unit.code,
            str(agent.report_count),
            str(agent.last_sequence - agent.report_count),
            seen,
            "đã thu hồi" if agent.revoked_at else "hoạt động",
        )
    Console().print(table)


def revoke_agent(agent: UUID) -> None:
    """Thu hồi một tác tử (revoke an agent): nothing from it is taken any more."""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.inventory import agents

    agents.revoke(agent)
    print(f"Đã thu hồi tác tử {agent}.")
