"""The ways by which messages go: one interface, e-mail, webhook and Telegram behind it."""

from tuanthu_server.config import Config
from tuanthu_server.notifications.channels.interface import Way
from tuanthu_server.notifications.kinds import Channel


def way(channel: str, config: Config) -> Way:
    """The way of a channel; KeyError for one that does not exist."""
    from tuanthu_server.notifications.channels.mail import Mail
    from tuanthu_server.notifications.channels.telegram import Telegram
    from tuanthu_server.notifications.channels.webhook import Webhook

    kinds: dict[str, type[Way]] = {Channel.EMAIL: Mail, Channel.WEBHOOK: Webhook, Channel.TELEGRAM: Telegram}
    return kinds[channel](config)
