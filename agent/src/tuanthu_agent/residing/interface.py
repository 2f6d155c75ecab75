"""The port between the resident and its operating system."""

import time


class Stopped(Exception):  # noqa: N818  no error: somebody asked the resident to end
    """Somebody asked the resident to stop."""


class Machine:
    """One operating system. A child is a number that only its machine understands."""

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def steady(self) -> float:
        """Seconds of a clock that nobody sets."""
        return time.monotonic()

    def lock(self, data_dir: str) -> None:
        """Make sure that this is the only resident of a data folder, until it ends; raises OSError otherwise."""
        raise NotImplementedError

    def listen(self) -> None:
        """Hear from now on when somebody asks to stop."""
        raise NotImplementedError

    def pause(self, seconds: float) -> None:
        """Sleep, without looking up now and then; raises Stopped as soon as somebody asks to."""
        raise NotImplementedError

    def start(self, command: tuple[str, ...], *, heeds: bool = False) -> int:
        """Start this Python with these arguments as a child; raises OSError.

        `heeds`: it ends in good order when it is asked to (`end`); others need not be asked.
        """
        raise NotImplementedError

    def wait(self, child: int, seconds: float) -> int | None:
        """Wait until a child ends; its exit code, or None if it still runs after these seconds.

        Raises Stopped as soon as somebody asks to; the child then still runs.
        """
        raise NotImplementedError

    def poll(self, child: int) -> int | None:
        """The exit code of a child that has ended, which then is done with; None while it runs."""
        raise NotImplementedError

    def end(self, child: int) -> None:
        """End a child because the resident ends, with all that it started."""
        raise NotImplementedError

    def kill(self, child: int) -> None:
        """End a child that does not end by itself, with all that it started."""
        raise NotImplementedError
