"""The resident: sleeps until something is due, then has a child do it. Imports next to nothing, on purpose.

Started by `tuanthu-agent run`, or by a service host, as `python -I -m tuanthu_agent.service DATA_DIR CHILD_SECONDS
[WATCH_SECONDS]`. What it may import is checked by a test. When the next job is due stands in the file `next-due`, which
the child writes. Between jobs another, tiny child looks at the line every `WATCH_SECONDS` (0: never). Here is what is
decided, alike everywhere; what differs between operating systems lies behind `residing.interface`.
"""

import os
import sys

from tuanthu_agent.residing.interface import Machine, Stopped

DUE_FILE = "next-due"
CHILD = ("-I", "-m", "tuanthu_agent.turn")
WATCH = ("-I", "-c", "import sys; from tuanthu_agent.linewatch.__main__ import main; sys.exit(main(sys.argv[1:]))")
"""What `-m tuanthu_agent.linewatch` does, without the library by which `-m` finds modules: a fifth of the cost."""
WATCH_CHILD_SECONDS = 120.0
SCAN = ("-I", "-m", "tuanthu_agent.scanning")
SCAN_FILE = "scan-now"
"""`OPENS CLOSES`, seconds since 1970: the child leaves word that a scan is to run in this window."""
SCAN_GRACE_SECONDS = 60.0
"""A scan that still runs so long after its window closed is killed; by itself it ends with the window."""
NEVER = float("inf")
NAP_SECONDS = 60.0
"""Longest sleep between looks at the clock: a machine that was suspended wakes to its missed run."""
LONGEST_WAIT_SECONDS = 8 * 24 * 3600.0
"""No plan reaches further; a moment beyond it means that the clock was set back."""
SHORTEST_WAIT_SECONDS = 5.0
FAILURE_SECONDS = 60.0
LONGEST_FAILURE_SECONDS = 900.0
EXIT_BUSY = 3


def this_machine() -> Machine:
    """The operating system that we run on."""
    if os.name == "nt":
        from tuanthu_agent.residing.windows import WindowsMachine

        return WindowsMachine()
    from tuanthu_agent.residing.posix import PosixMachine

    return PosixMachine()


def say(text: str) -> None:
    """One line for the journal, where there is one."""
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def read_due(path: str, now: float) -> float:
    """When the next job is due, seconds since 1970; 0 (at once) where nothing readable says so."""
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123  pathlib would cost a megabyte
            due = float(file.read(64))
    except (OSError, ValueError):
        return 0.0
    return due if 0.0 <= due <= now + LONGEST_WAIT_SECONDS else 0.0


def after_failure(failures: int) -> float:
    """Seconds to wait after that many failed children in a row."""
    return min(LONGEST_FAILURE_SECONDS, FAILURE_SECONDS * (1 << min(failures - 1, 10)))


def wait_until(machine: Machine, due: float, watch: float = NEVER) -> None:
    """Sleep until that moment of the wall clock, or until `watch` of the steady one; raises Stopped."""
    while (left := due - machine.wall()) > 0:
        if left > LONGEST_WAIT_SECONDS:
            return
        left = min(left, watch - machine.steady())
        if left <= 0:
            return
        machine.pause(min(left, NAP_SECONDS))


def run_child(machine: Machine, seconds: float, command: tuple[str, ...]) -> bool:
    """Run the jobs in a child; end it at its deadline, with all that it started. Returns whether it ended well.

    Raises Stopped after the child has ended.
    """
    try:
        child = machine.start(command)
    except OSError as error:
        # No process or memory left, or Python is just being upgraded: later it may work.
        say(f"tuanthu-agent: không khởi chạy được (cannot start): {error.strerror}")
        return False
    try:
        code = machine.wait(child, seconds)
    except Stopped:
        machine.end(child)
        raise
    if code is None:
        say(f"tuanthu-agent: lượt chạy quá {seconds:g} giây, đã buộc dừng (a run took too long and was killed)")
        machine.kill(child)
    return code == 0


class Scan:
    """The scanning child, beside the others; one at a time."""

    def __init__(self, machine: Machine, data_dir: str) -> None:
        self._machine = machine
        self._path = os.path.join(data_dir, SCAN_FILE)  # noqa: PTH118
        self._child: int | None = None
        self._closes = 0.0

    @property
    def next_look(self) -> float:
        """When to look at it again, by the steady clock."""
        return NEVER if self._child is None else self._machine.steady() + NAP_SECONDS

    def tend(self) -> bool:
        """See whether it has ended, or must; whether it has ended just now."""
        if self._child is None:
            return False
        if self._machine.poll(self._child) is None:
            if self._machine.wall() < self._closes + SCAN_GRACE_SECONDS:
                return False
            say("tuanthu-agent: lượt quét quá khung giờ, đã buộc dừng (a scan outlived its window and was killed)")
            self._machine.kill(self._child)
        self._child = None
        return True

    def begin(self) -> None:
        """Start it where word was left, unless one runs or the window has closed."""
        word = take_word(self._path) if self._child is None else None
        if word is None or not self._machine.wall() < word[1]:
            return
        self._closes = word[1]
        try:
            self._child = self._machine.start((*SCAN, f"{word[0]:.3f}", f"{word[1]:.3f}"), heeds=True)
        except OSError as error:
            say(f"tuanthu-agent: không khởi chạy được lượt quét (cannot start the scan): {error.strerror}")

    def end(self) -> None:
        """End it because the resident ends."""
        if self._child is not None:
            self._machine.end(self._child)
            self._child = None


def take_word(path: str) -> tuple[float, float] | None:
    """The window for which a scan is wanted, once; None where nobody left word."""
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123
            opens, closes = file.read(64).split()
        os.unlink(path)  # noqa: PTH108
        return float(opens), float(closes)
    except (OSError, ValueError):
        return None


def serve(machine: Machine, data_dir: str, child_seconds: float, watch_seconds: float = 0.0) -> None:
    """Run for ever; raises Stopped when somebody asks to."""
    scan = Scan(machine, data_dir)
    try:
        go_on(machine, data_dir, child_seconds, watch_seconds, scan)
    finally:
        scan.end()


def go_on(machine: Machine, data_dir: str, child_seconds: float, watch_seconds: float, scan: Scan) -> None:
    """The loop; raises Stopped."""
    path = os.path.join(data_dir, DUE_FILE)  # noqa: PTH118
    failures = 0
    rest = 0.0
    watch = machine.steady() if watch_seconds else NEVER
    while True:
        if rest > machine.wall() + LONGEST_FAILURE_SECONDS:
            rest = 0.0
        due = max(read_due(path, machine.wall()), rest)
        wait_until(machine, due, min(watch, scan.next_look))
        if scan.tend():
            continue  # it may have left something to deliver at once
        if machine.steady() >= watch:
            run_child(machine, WATCH_CHILD_SECONDS, (*WATCH, data_dir, f"{watch_seconds:g}"))
            watch = machine.steady() + watch_seconds
        if machine.wall() >= due or due > machine.wall() + LONGEST_WAIT_SECONDS:
            failures = 0 if run_child(machine, child_seconds, CHILD) else failures + 1
            rest = machine.wall() + (after_failure(failures) if failures else SHORTEST_WAIT_SECONDS)
            scan.begin()


def main(arguments: list[str]) -> int:
    """Arguments: data folder, seconds that a child may take, seconds between looks at the line (none: no looks).

    Returns 0 when asked to stop.
    """
    data_dir, child_seconds = arguments[0], float(arguments[1])
    watch_seconds = float(arguments[2]) if len(arguments) > 2 else 0.0
    machine = this_machine()
    machine.listen()
    try:
        machine.lock(data_dir)
    except OSError as error:
        say(
            f"tuanthu-agent: không chạy được trong {data_dir}: {error.strerror}; có thể đã có tiến trình khác đang chạy"
        )
        say(f"tuanthu-agent: cannot run in {data_dir}: {error.strerror}; another one may be running already")
        return EXIT_BUSY
    say("tuanthu-agent: bắt đầu (started)")
    try:
        serve(machine, data_dir, child_seconds, watch_seconds)
    except Stopped:
        say("tuanthu-agent: dừng (stopped)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
