"""`tuanthu-server security-log` and `tuanthu-server secrets`."""

import sys

from cyclopts import App


def register(app: App) -> None:
    """Add the commands."""
    logs = App(name="security-log", help="Nhật ký an ninh (the security log).")
    logs.command(verify)
    logs.command(show)
    app.command(logs)
    kept = App(name="secrets", help="Bí mật được mã hóa khi lưu (secrets that are kept sealed).")
    kept.command(set_secret, name="set")
    kept.command(turn)
    app.command(kept)


def verify() -> None:
    """Kiểm tra chuỗi băm của toàn bộ nhật ký (check the whole chain); thoát với mã 1 nếu bị sửa (exits 1 if broken)."""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.security_log.chain import verify as check

    found = check()
    if found.broken_at is not None:
        print(f"Nhật ký đã bị sửa hoặc mất từ sự kiện số {found.broken_at} (broken at event {found.broken_at}).")
        sys.exit(1)
    print(f"Nhật ký nguyên vẹn: {found.events} sự kiện (the log is whole).")
    print(f"Mã băm cuối, hãy ghi lại ở nơi khác (last digest, keep it elsewhere): {found.digest}")


def show(*, last: int = 50) -> None:
    """Các sự kiện gần nhất (the newest events).

    Parameters
    ----------
    last
        Số sự kiện (how many).
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.security_log.reading import events, name_of

    table = Table("Số", "Lúc", "Việc", "Ai", "Địa chỉ", "Đối tượng")
    for one in list(events()[: max(1, last)])[::-1]:
        cells = (str(one.sequence), shown(one.at), name_of(one.kind).vi, one.actor, one.address, one.subject)
        table.add_row(*map(Text, cells))
    Console().print(table)


def set_secret(name: str) -> None:
    """Đọc một bí mật từ đầu vào chuẩn và lưu dạng mã hóa; dòng trống thì xóa (read a secret from standard input).

    Parameters
    ----------
    name
        oidc-client-secret.
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import kept_secrets

    kept_secrets.write(name, sys.stdin.readline().rstrip("\n"))
    print(f"Đã lưu {name}.")


def turn() -> None:
    """Thay khóa mã hóa và mã hóa lại mọi bí mật (make a new key and seal everything by it)."""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import kept_secrets

    print(f"Đã thay khóa; mã hóa lại {kept_secrets.turn()} bí mật. Hãy sao lưu tệp seal.keys.")
