"""The resident: sleeps until something is due, then has a child do it. Imports next to nothing, on purpose.

Started by `tuanthu-agent run` as `python -I -m tuanthu_agent.service DATA_DIR CHILD_SECONDS [WATCH_SECONDS]`. What it
may import is checked by a test. When the next job is due stands in the file `next-due`, which the child writes. Between
jobs another, tiny child looks at the line every `WATCH_SECONDS` (0: never).
"""

import fcntl
import os
import signal
import sys
import time

DUE_FILE = "next-due"
CHILD = ("-I", "-m", "tuanthu_agent.scheduler")
WATCH = ("-I", "-m", "tuanthu_agent.linewatch")
WATCH_CHILD_SECONDS = 120.0
NEVER = float("inf")
NAP_SECONDS = 60.0
"""Longest sleep between looks at the clock: a machine that was suspended wakes to its missed run."""
LONGEST_WAIT_SECONDS = 8 * 24 * 3600.0
"""No plan reaches further; a moment beyond it means that the clock was set back."""
SHORTEST_WAIT_SECONDS = 5.0
FAILURE_SECONDS = 60.0
LONGEST_FAILURE_SECONDS = 900.0
STOP_SECONDS = 10.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
EXIT_BUSY = 3


class Stopped(Exception):  # noqa: N818  no error: somebody asked the resident to end
    """A signal asked to stop."""


def say(text: str) -> None:
    """One line for the journal."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def read_due(path: str) -> float:
    """When the next job is due, seconds since 1970; 0 (at once) where nothing readable says so."""
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123  pathlib would cost a megabyte
            due = float(file.read(64))
    except (OSError, ValueError):
        return 0.0
    return due if 0.0 <= due <= time.time() + LONGEST_WAIT_SECONDS else 0.0


def after_failure(failures: int) -> float:
    """Seconds to wait after that many failed children in a row."""
    return min(LONGEST_FAILURE_SECONDS, FAILURE_SECONDS * (1 << min(failures - 1, 10)))


def wait_until(due: float, watch: float = NEVER) -> None:
    """Sleep until that moment of the wall clock, or until `watch` of the monotonic one; raises Stopped on a signal."""
    while (left := due - time.time()) > 0:
        if left > LONGEST_WAIT_SECONDS:
            return
        left = min(left, watch - time.monotonic())
        if left <= 0:
            return
        if signal.sigtimedwait(STOP_SIGNALS, min(left, NAP_SECONDS)) is not None:
            raise Stopped


def run_child(seconds: float, command: tuple[str, ...] = CHILD) -> bool:
    """Run the jobs in a child of its own process group; kill the group at its deadline. Returns whether it ended well.

    Raises Stopped on a signal, after the child has ended.
    """
    try:
        child = os.posix_spawn(sys.executable, [sys.executable, *command], os.environ, setpgroup=0, setsigmask=[])
    except OSError as error:
        # No process or memory left, or Python is just being upgraded: later it may work.
        say(f"tuanthu-agent: không khởi chạy được (cannot start): {error.strerror}")
        return False
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        got = signal.sigtimedwait((*STOP_SIGNALS, signal.SIGCHLD), left)
        if got is not None and got.si_signo != signal.SIGCHLD:
            end_child(child)
            raise Stopped
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
    say(f"tuanthu-agent: lượt chạy quá {seconds:g} giây, đã buộc dừng (a run took too long and was killed)")
    kill_group(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def end_child(child: int) -> None:
    """Ask the child to end, then make it."""
    kill_group(child, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        if os.waitpid(child, os.WNOHANG)[0]:
            kill_group(child, signal.SIGKILL)
            return
        signal.sigtimedwait((signal.SIGCHLD,), left)
    kill_group(child, signal.SIGKILL)
    os.waitpid(child, 0)


def kill_group(child: int, number: int) -> None:
    """Signal the child and all that it started."""
    try:
        os.killpg(child, number)
    except ProcessLookupError:
        return


def serve(data_dir: str, child_seconds: float, watch_seconds: float = 0.0) -> None:
    """Run for ever; raises Stopped on a signal."""
    path = os.path.join(data_dir, DUE_FILE)  # noqa: PTH118
    failures = 0
    rest = 0.0
    watch = time.monotonic() if watch_seconds else NEVER
    while True:
        if rest > time.time() + LONGEST_FAILURE_SECONDS:
            rest = 0.0
        due = max(read_due(path), rest)
        wait_until(due, watch)
        if time.monotonic() >= watch:
            run_child(WATCH_CHILD_SECONDS, (*WATCH, data_dir, f"{watch_seconds:g}"))
            watch = time.monotonic() + watch_seconds
        if time.time() >= due or due > time.time() + LONGEST_WAIT_SECONDS:
            failures = 0 if run_child(child_seconds) else failures + 1
            rest = time.time() + (after_failure(failures) if failures else SHORTEST_WAIT_SECONDS)


def lock(data_dir: str) -> int:
    """Make sure that this is the only resident of a data folder; raises OSError otherwise."""
    handle = os.open(os.path.join(data_dir, "service.lock"), os.O_RDWR | os.O_CREAT, 0o600)  # noqa: PTH118
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def main(arguments: list[str]) -> int:
    """Arguments: data folder, seconds that a child may take, seconds between looks at the line (none: no looks).

    Returns 0 when asked to stop.
    """
    data_dir, child_seconds = arguments[0], float(arguments[1])
    watch_seconds = float(arguments[2]) if len(arguments) > 2 else 0.0
    signal.pthread_sigmask(signal.SIG_BLOCK, (*STOP_SIGNALS, signal.SIGCHLD))
    try:
        lock(data_dir)
    except OSError as error:
        say(
            f"tuanthu-agent: không chạy được trong {data_dir}: {error.strerror}; có thể đã có tiến trình khác đang chạy"
        )
        say(f"tuanthu-agent: cannot run in {data_dir}: {error.strerror}; another one may be running already")
        return EXIT_BUSY
    say("tuanthu-agent: bắt đầu (started)")
    try:
        serve(data_dir, child_seconds, watch_seconds)
    except Stopped:
        say("tuanthu-agent: dừng (stopped)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
