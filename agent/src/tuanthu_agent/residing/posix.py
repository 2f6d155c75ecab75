"""The resident on POSIX: signals, process groups, an advisory lock."""

import fcntl
import os
import signal
import sys

from tuanthu_agent.residing.interface import Machine, Stopped

STOP_SECONDS = 10.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class PosixMachine(Machine):
    """This machine."""

    def lock(self, data_dir: str) -> None:
        """See `Machine`."""
        handle = os.open(os.path.join(data_dir, "service.lock"), os.O_RDWR | os.O_CREAT, 0o600)  # noqa: PTH118
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def listen(self) -> None:
        """See `Machine`: signals are waited for, not handled."""
        signal.pthread_sigmask(signal.SIG_BLOCK, (*STOP_SIGNALS, signal.SIGCHLD))

    def pause(self, seconds: float) -> None:
        """See `Machine`."""
        if signal.sigtimedwait(STOP_SIGNALS, seconds) is not None:
            raise Stopped

    def start(self, command: tuple[str, ...], *, heeds: bool = False) -> int:  # noqa: ARG002  all can be asked here
        """See `Machine`; in a process group of its own."""
        return os.posix_spawn(sys.executable, [sys.executable, *command], os.environ, setpgroup=0, setsigmask=[])

    def wait(self, child: int, seconds: float) -> int | None:
        """See `Machine`."""
        deadline = self.steady() + seconds
        while (left := deadline - self.steady()) > 0:
            got = signal.sigtimedwait((*STOP_SIGNALS, signal.SIGCHLD), left)
            if got is not None and got.si_signo != signal.SIGCHLD:
                raise Stopped
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
        return None

    def poll(self, child: int) -> int | None:
        """See `Machine`."""
        ended, status = os.waitpid(child, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if ended else None

    def end(self, child: int) -> None:
        """See `Machine`: ask it to end, then make it."""
        signal_group(child, signal.SIGTERM)
        deadline = self.steady() + STOP_SECONDS
        while (left := deadline - self.steady()) > 0:
            if os.waitpid(child, os.WNOHANG)[0]:
                signal_group(child, signal.SIGKILL)
                return
            signal.sigtimedwait((signal.SIGCHLD,), left)
        self.kill(child)

    def kill(self, child: int) -> None:
        """See `Machine`."""
        signal_group(child, signal.SIGKILL)
        os.waitpid(child, 0)


def signal_group(child: int, number: int) -> None:
    """Signal the child and all that it started."""
    try:
        os.killpg(child, number)
    except ProcessLookupError:
        return
