"""Remembering a dear answer for as long as everything that it rests on is unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import Final, Iterable, Optional

from tuanthu_agent.host import Host, HostError

_SETTLED_SECONDS: Final = 10.0
"""A file that was written a moment ago may be written again within the same second: nothing is remembered of it."""
_LONGEST: Final = 512 * 1024


def key_of(host: Host, paths: Iterable[str]) -> Optional[str]:
    """Tells one state of these files and folders from another: names and times. None: not to be told, or in motion."""
    told = []
    for path in sorted(set(paths)):
        try:
            modified = host.modified_at(path).timestamp()
        except HostError as error:
            if error.code != "not-found":
                return None
            told.append([path, "-"])
            continue
        if time.time() - modified < _SETTLED_SECONDS:
            return None
        told.append([path, str(int(modified))])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def recall(folder: str, name: str, key: Optional[str]) -> Optional[str]:
    """The answer kept under that name, if it was given in that very state."""
    if not folder or key is None:
        return None
    try:
        with open(os.path.join(folder, f"memo-{name}.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            kept = json.loads(file.read(_LONGEST))
        return kept["answer"] if kept["key"] == key and isinstance(kept["answer"], str) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(folder: str, name: str, key: Optional[str], answer: str) -> None:
    """Keep an answer; on a full or read-only disk it is only not kept."""
    if not folder or key is None or len(answer) > _LONGEST // 4 or not os.path.isdir(folder):  # noqa: PTH112
        return
    path = os.path.join(folder, f"memo-{name}.json")  # noqa: PTH118
    try:
        handle = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"key": key, "answer": answer}, file)
        os.replace(f"{path}.new", path)  # noqa: PTH105
    except OSError:
        return
