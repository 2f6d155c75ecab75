"""`tuanthu-server notifications`: who is told of what, and by which way."""

from typing import Annotated

from cyclopts import App, Parameter

Several = Annotated[list[str], Parameter(consume_multiple=True, negative="")]


def register(app: App) -> None:
    """Add the commands."""
    notifications = App(name="notifications", help="Thông báo qua thư, webhook, Telegram (notifications).")
    notifications.command(add)
    notifications.command(show, name="list")
    notifications.command(test)
    notifications.command(remove)
    app.command(notifications)


def add(
    *, user: str, channel: str, to: str, kind: Several, language: str = "vi", quiet: str = "", urgent: bool = False
) -> None:
    """Thêm đăng ký nhận thông báo cho một người; họ chỉ được báo về đơn vị của mình. (Add a subscription.)

    Parameters
    ----------
    user
        Tên đăng nhập (user name).
    channel
        email, webhook hoặc telegram.
    to
        Địa chỉ thư, URL https, hoặc số cuộc trò chuyện Telegram. (Address, URL or chat.)
    kind
        default-login, server-antivirus, unit-silent, digest, deadline; hoặc all. (Any of these, or all.)
    language
        vi hoặc en.
    quiet
        Giờ yên lặng theo giờ Việt Nam, ví dụ 21:00-06:00. (Quiet hours, Vietnam's clock.)
    urgent
        Cảnh báo nghiêm trọng vẫn gửi trong giờ yên lặng. (Critical alerts pass quiet hours.)
    """
    from django.conf import settings

    from tuanthu_server.django_setup import setup
    from tuanthu_server.errors import InputError

    setup()
    from tuanthu_server.accounts.models import User
    from tuanthu_server.notifications import subscriptions
    from tuanthu_server.notifications.channels.webhook import Webhook
    from tuanthu_server.notifications.kinds import Channel, Kind
    from tuanthu_server.notifications.quiet import read_span

    person = User.objects.filter(username=user).first()
    if person is None:
        raise InputError(f"Không có người dùng {user}", f"There is no user {user}")
    made = subscriptions.add(
        person,
        channel,
        to,
        Kind.values if "all" in kind else kind,
        settings.CONFIG,
        language=language,
        quiet=read_span(quiet, "--quiet") if quiet else None,
        urgent=urgent,
    )
    print(f"Đã thêm đăng ký số {made.pk} (subscription {made.pk} added).")
    if made.channel == Channel.WEBHOOK:
        print("Khóa ký của webhook này, chỉ hiện một lần (its signing key, shown this once):")
        print(f"  {Webhook(settings.CONFIG).key(made.address, made.pk)}")
    print(f"Thử ngay (try it): tuanthu-server notifications test {made.pk}")


def show() -> None:
    """Liệt kê đăng ký, với tin đang chờ và tin không gửi được. (List subscriptions.)"""
    from django.conf import settings
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.notifications import subscriptions
    from tuanthu_server.notifications.channels import way

    table = Table("Số", "Người", "Kênh", "Đến", "Loại tin", "Giờ yên lặng", "Gửi lần cuối", "Chờ", "Bỏ")
    for one in subscriptions.listed():
        quiet = f"{one.quiet_from:%H:%M}-{one.quiet_to:%H:%M}" if one.quiet_from and one.quiet_to else "không"
        last = one.last_sent  # type: ignore[attr-defined]
        table.add_row(
            str(one.pk),
            one.user.username,
            one.channel,
            way(one.channel, settings.CONFIG).masked(one.address),
            ", ".join(one.kinds),
            quiet,
            shown(last) if last else "chưa từng",
            str(one.waiting),  # type: ignore[attr-defined]
            str(one.given_up),  # type: ignore[attr-defined]
        )
    Console().print(table)


def test(number: int) -> None:
    """Gửi ngay một thư thử. (Send a test message now.)"""
    from django.conf import settings

    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.notifications import subscriptions

    subscriptions.try_out(subscriptions.find(number), settings.CONFIG)
    print(f"Đã gửi thư thử cho đăng ký số {number} (test message sent).")


def remove(number: int) -> None:
    """Bỏ một đăng ký; tin đang chờ không gửi nữa. (End a subscription; what waits is not sent.)"""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.notifications import subscriptions

    subscriptions.remove(number)
    print(f"Đã bỏ đăng ký số {number} (removed).")
