"""What the states of a trial are called."""

from typing import Final

from tuanthu_policy.text import Text

TRIAL_STATES: Final = {
    "waiting": Text("chờ thử", "waiting"),
    "running": Text("đang thử", "being tried"),
    "done": Text("đã thử xong", "tried"),
    "failed": Text("không thử được", "could not be tried"),
}
