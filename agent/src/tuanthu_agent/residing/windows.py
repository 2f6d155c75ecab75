"""The resident on Windows: a job object a child, a locked file, and one event that says stop.

Three may ask it to stop: Ctrl+C or Ctrl+Break at its console, who closes that console or shuts the machine down, and
whoever started it with a pipe as standard input and closes that pipe, or ends: a service host (docs/agent.md).
"""

from __future__ import annotations

import _thread
import msvcrt
import os
import sys

from tuanthu_agent.residing.interface import Machine, Stopped
from tuanthu_agent.windows import events, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

runtime: Any = msvcrt
"""On other systems its names are not known to checkers of types."""
STOP_SECONDS = 10.0
"""So long may a child that was asked take to end."""
OPTIONS = ("-X", "utf8")
"""What children say of Vietnamese machines is to reach a log whole, whatever code page Windows has."""


class WindowsMachine(Machine):
    """This machine."""

    def __init__(self) -> None:
        self._stop = events.make_event()
        self._children: dict[int, process.Child] = {}
        self._inputs: dict[int, int] = {}
        self._lock = -1
        self._nothing = os.open(os.devnull, os.O_RDONLY)
        self._handler: object = None

    def lock(self, data_dir: str) -> None:
        """See `Machine`; Windows takes the lock away when this process ends, however it ends."""
        self._lock = os.open(os.path.join(data_dir, "service.lock"), os.O_RDWR | os.O_CREAT)  # noqa: PTH118
        runtime.locking(self._lock, runtime.LK_NBLCK, 1)

    def listen(self) -> None:
        """See `Machine`."""
        if sys.stderr is not None and hasattr(sys.stderr, "reconfigure"):
            sys.stderr.reconfigure(encoding="utf-8")
        self._handler = events.on_console_event(self._stop)
        pipe = events.input_pipe()
        if pipe:
            _thread.start_new_thread(events.stop_at_end, (pipe, self._stop))

    def pause(self, seconds: float) -> None:
        """See `Machine`."""
        if events.first_of((self._stop,), seconds) is not None:
            raise Stopped

    def start(self, command: tuple[str, ...], *, heeds: bool = False) -> int:
        """See `Machine`; in a job of its own, which ends with this process. One that heeds gets a pipe as its input."""
        theirs, ours = os.pipe() if heeds else (self._nothing, -1)
        try:
            child = process.start([sys.executable, *OPTIONS, *command], runtime.get_osfhandle(theirs))
        except OSError:
            if heeds:
                os.close(ours)
            raise
        finally:
            if heeds:
                os.close(theirs)
        self._children[child.number] = child
        if heeds:
            self._inputs[child.number] = ours
        return child.number

    def wait(self, child: int, seconds: float) -> int | None:
        """See `Machine`; what a child leaves behind when it ends, ends with it."""
        one = self._children[child]
        signalled = events.first_of((self._stop, one.handle), seconds)
        if signalled is None:
            return None
        if signalled == 0:
            raise Stopped
        code = one.exit_code()
        self.kill(child)
        return code

    def poll(self, child: int) -> int | None:
        """See `Machine`; what it leaves behind ends with it."""
        one = self._children[child]
        if events.first_of((one.handle,), 0.0) is None:
            return None
        code = one.exit_code()
        self.kill(child)
        return code

    def end(self, child: int) -> None:
        """See `Machine`: nobody can ask a process without a console, save by the end of its input."""
        ours = self._inputs.pop(child, None)
        if ours is not None:
            os.close(ours)
            events.first_of((self._children[child].handle,), STOP_SECONDS)
        self.kill(child)

    def kill(self, child: int) -> None:
        """See `Machine`."""
        ours = self._inputs.pop(child, None)
        if ours is not None:
            os.close(ours)
        self._children.pop(child).kill()
