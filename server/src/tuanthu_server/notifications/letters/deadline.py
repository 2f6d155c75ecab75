"""A reminder of a deadline."""

from datetime import date

from tuanthu_server.local_time import LOCAL
from tuanthu_server.notifications.channels.interface import Letter
from tuanthu_server.notifications.deadlines import deadlines
from tuanthu_server.notifications.letters.frame import Frame


def write(frame: Frame) -> Letter | None:
    """The letter; None where the deadline is no longer there, or has passed."""
    _, name, day_text, _ = frame.message.key.split(":")
    found = next((one for one in deadlines(frame.config) if one.id == name), None)
    day = date.fromisoformat(day_text)
    left = (day - frame.now.astimezone(LOCAL).date()).days
    if found is None or left < 0 or not found.concerns(whole=frame.within.whole):
        return None
    when = frame.say(f"còn {left} ngày", f"{left} days left") if left else frame.say("hôm nay", "today")
    title = frame.text(found.title)
    lines = [
        f"{day:%d/%m/%Y} ({when}): {title}.",
        frame.say("Căn cứ: ", "Source: ") + found.source + ".",
        "",
        frame.say(
            "Báo cáo lập trên máy chủ: tuanthu-server report --department --format docx --out bao-cao.docx "
            "(hoặc --unit MÃ cho một đơn vị).",
            "The report is made on the collector: tuanthu-server report --department --format docx --out report.docx "
            "(or --unit CODE for one unit).",
        ),
        frame.say("Việc còn lại trước khi báo cáo: ", "What is left to do before: ") + frame.link("to-do/"),
    ]
    facts = {"deadline": found.id, "day": day.isoformat(), "days_left": left, "source": found.source}
    return frame.letter(f"{title}: {when}", lines, facts)
