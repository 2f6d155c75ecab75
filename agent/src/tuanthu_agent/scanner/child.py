"""A scan runs in a child of its own at low priority: what it took of memory is given back, and it can be ended."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import msgspec

from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.scanner.events import DECODER, Ended, Event, Failed, Found, Gap, Stage

__all__ = ["Ended", "Found", "Gap", "Order", "Stage", "run_child"]
INTERRUPTED = 130
END_SECONDS = 30.0
"""A login under way ends within this time, and logs out."""
_INPUT: Final = subprocess.PIPE if sys.platform == "win32" else subprocess.DEVNULL
"""On Windows the child is asked to end by the end of its input (`halt.heed_signals`)."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is to do."""

    scope: Path
    trust: Path
    state: Path
    discover_only: bool = False


def run_child(order: Order) -> Iterator[Event]:
    """Its events as they come; raises TuanthuError where it could not go on. Ends it whenever the caller stops."""
    command = [
        sys.executable,
        "-I",
        "-m",
        "tuanthu_agent.scanner",
        str(order.scope),
        str(order.trust),
        str(order.state),
    ]
    if order.discover_only:
        command.append("--discover-only")
    with subprocess.Popen(command, stdin=_INPUT, stdout=subprocess.PIPE) as child:
        try:
            yield from _events(child.stdout)
        finally:
            _end(child)
    if child.returncode == INTERRUPTED:
        raise KeyboardInterrupt  # Ctrl+C went to both; here it may have been lost
    if child.returncode != 0:
        raise _broken(f"exit code {child.returncode}")


def _events(stream: IO[bytes] | None) -> Iterator[Event]:
    for line in stream or ():
        try:
            event = DECODER.decode(line)
        except msgspec.DecodeError as error:
            raise _broken(str(error)) from None
        if isinstance(event, Failed):
            raise TuanthuError(event.vi, event.en)
        yield event


def _end(child: "subprocess.Popen[bytes]") -> None:
    """It has ended by itself when its output has; otherwise it is asked, then made."""
    try:
        child.wait(timeout=END_SECONDS if child.poll() is None and child.stdout and child.stdout.closed else 1.0)
    except subprocess.TimeoutExpired:
        if child.stdin is None:
            child.terminate()
        else:
            child.stdin.close()
        try:
            child.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _broken(detail: str) -> TuanthuError:
    return TuanthuError(
        f"Tiến trình quét dừng bất thường ({detail}). Các lượt đăng nhập đã ghi sổ; hãy chạy lại.",
        f"The scanning process broke off ({detail}). Its logins are in the books; run it again.",
    )
