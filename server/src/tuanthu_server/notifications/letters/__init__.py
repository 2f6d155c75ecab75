"""What messages say. A letter is written when it is sent: by the reach, the language and the state of that moment."""

from datetime import datetime

from tuanthu_server.access.people import reach_of
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.config import Config
from tuanthu_server.notifications.channels.interface import Letter
from tuanthu_server.notifications.kinds import ALERTS, Kind
from tuanthu_server.notifications.letters import alert, deadline, digest
from tuanthu_server.notifications.letters.frame import Frame
from tuanthu_server.notifications.models import Message


def write(message: Message, config: Config, now: datetime) -> Letter | None:
    """The letter of a message; None where there is nothing in it that its reader may know."""
    within = reach_of(message.subscription.user)
    if not within.may(Permission.SEE):
        return None
    frame = Frame(message, within, config, now)
    if message.kind in ALERTS:
        return alert.write(frame)
    return digest.write(frame) if message.kind == Kind.DIGEST else deadline.write(frame)
