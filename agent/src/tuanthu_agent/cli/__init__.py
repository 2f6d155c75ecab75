"""The commands of `tuanthu-agent`; the only place that prints and exits."""

import logging
import sys

import cyclopts

from tuanthu_agent import __version__
from tuanthu_agent.cli import auditing, checking, enrolling, looking, recording, running, scanning, trusting, vaulting
from tuanthu_agent.cli.console import errors
from tuanthu_agent.cli.wording import printable
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.logs import log

EXIT_ERROR = 3

app = cyclopts.App(
    name="tuanthu-agent",
    help="Quan sát máy này và gửi báo cáo đã ký tới máy chủ trung tâm Tuanthu. (Observes this machine and reports.)",
    version=__version__,
    version_flags=["--version"],
)
for module in (enrolling, running, checking, looking, scanning, auditing, trusting, vaulting, recording):
    module.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; an error of ours is shown in both languages and ends with exit code 3."""
    # Commands say themselves what happened; only what they do not say is logged.
    log.configure(logging.ERROR)
    try:
        code = app(arguments, result_action="return_value", exit_on_error=False)
    except TuanthuError as error:
        errors.print(f"Lỗi: {printable(error.vi)}", style="red", markup=False, soft_wrap=True)
        errors.print(printable(error.en), style="dim", markup=False, soft_wrap=True)
        sys.exit(EXIT_ERROR)
    except cyclopts.CycloptsError:
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
