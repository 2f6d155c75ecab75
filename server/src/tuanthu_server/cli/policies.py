"""`tuanthu-server policies`."""

from pathlib import Path

from cyclopts import App


def register(app: App) -> None:
    """Add the commands."""
    group = App(name="policies", help="Chính sách đánh giá (policies).")
    group.command(publish)
    group.command(show, name="list")
    app.command(group)


def publish(folder: Path | None = None, *, since: str | None = None, note: str = "") -> None:
    """Ban hành chính sách và đánh giá lại mọi máy (publish a policy and judge every machine again).

    Parameters
    ----------
    folder
        Thư mục chính sách (policy folder); mặc định: chính sách đi kèm (the one shipped).
    since
        Có hiệu lực từ (in force from): ngày YYYY-MM-DD (đầu ngày, giờ Việt Nam) hoặc thời điểm ISO 8601, trong quá khứ
        hoặc tương lai (a day or a moment, past or to come); mặc định: bây giờ (now).
    note
        Ghi chú (note).
    """
    from tuanthu_server.cli.moments import read_beginning
    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    moment = None if since is None else read_beginning(since, "--since")
    setup()
    from tuanthu_policy.errors import PolicyError
    from tuanthu_policy.loader import load_policy
    from tuanthu_server.compliance import bundles, policies
    from tuanthu_server.compliance.sweep import sweep
    from tuanthu_server.errors import InputError

    try:
        policy = load_policy(folder)
        bundles.publish_tables(folder)  # read whole before anything is in force
    except PolicyError as error:
        raise InputError(error.vi, error.en) from None
    version = policies.publish(policy, moment, note)
    bundle = bundles.refresh()
    judged = sweep()
    print(f"Chính sách {version.digest} có hiệu lực từ {shown(version.in_force_from)}; đã đánh giá lại {judged} máy.")
    if bundle is not None:
        print(f"Gói cho tác tử: phiên bản {bundle.version} (agents pull bundle {bundle.version}).")


def show() -> None:
    """Liệt kê các chính sách đã ban hành (list published policies)."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.compliance.models import PolicyVersion

    table = Table("Hiệu lực từ", "Ban hành lúc", "Mã băm", "Ghi chú")
    for version in PolicyVersion.objects.order_by("-in_force_from"):
        table.add_row(shown(version.in_force_from), shown(version.published_at), version.digest, version.note)
    Console().print(table)
