"""What all processes in the scanner's place hold together, looked at again and again while a scan runs."""

import threading
from contextlib import suppress
from pathlib import Path

EVERY_SECONDS = 0.1
_HERE = Path("/proc")


class Weighed:
    """`with Weighed(namespace) as weighed:`; then `weighed.peak_mib`, the largest sum of PSS at one moment.

    PSS shares what several processes have in common between them, so that the sum is what the machine has less.
    """

    def __init__(self, namespace):
        self._place = Path(namespace).stat().st_ino
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mib = 0.0
        self.most = 0
        """Processes at once."""

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.wait(EVERY_SECONDS):
            held = [kib for kib in map(self._held, _HERE.glob("[0-9]*")) if kib]
            self.peak_mib = max(self.peak_mib, sum(held) / 1024)
            self.most = max(self.most, len(held))

    def _held(self, process):
        """PSS in KiB; 0 of a process elsewhere, or gone."""
        with suppress(OSError):
            if (process / "ns/net").stat().st_ino == self._place:
                rows = (process / "smaps_rollup").read_text(encoding="ascii").splitlines()
                return next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)
        return 0
