"""PAM's stacks: the lines of one service and phase, with what they include."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Dict, Final, List, Tuple

from tuanthu_agent.host import Host, HostError

MOST_LINES: Final = 400
DEEPEST: Final = 8
_LINE: Final = re.compile(r"-?(auth|account|password|session)\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)")
_INCLUDE: Final = re.compile(r"@include\s+(\S+)")
_SAFE: Final = re.compile(r"[A-Za-z0-9_.-]+")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True)
class Line:
    """One module of a stack."""

    control: str
    module: str
    """File name without its folder."""
    arguments: Tuple[str, ...]

    def options(self) -> Dict[str, str]:
        """`name=value` arguments; a bare word has an empty value."""
        pairs = (one.partition("=") for one in self.arguments)
        return {name: value for name, _, value in pairs}


def stack(host: Host, service: str, phase: str) -> List[Line]:
    """The lines of a service; raises HostError where a part of it cannot be read or makes no sense."""
    return expand(lambda name: host.read_text(f"/etc/pam.d/{name}"), service, phase, 0)


def expand(read: Callable[[str], str], service: str, phase: str, depth: int) -> List[Line]:
    """A service's lines with those of what it includes; raises HostError."""
    if depth > DEEPEST or not _SAFE.fullmatch(service):
        raise HostError("pam-unclear", service)
    lines: List[Line] = []
    for text in read(service).replace("\\\n", " ").splitlines():
        part = text.split("#", 1)[0].strip()
        include = _INCLUDE.fullmatch(part)
        match = _LINE.fullmatch(part)
        if include is not None:
            lines += expand(read, include.group(1), phase, depth + 1)
        elif match is not None and match.group(1) == phase:
            if match.group(2) in ("include", "substack"):
                lines += expand(read, match.group(3), phase, depth + 1)
            else:
                lines.append(Line(match.group(2), match.group(3).rsplit("/", 1)[-1], tuple(match.group(4).split())))
        elif part and match is None:
            raise HostError("pam-unclear", service)
        if len(lines) > MOST_LINES:
            raise HostError("pam-unclear", service)
    return lines


def parse_settings(text: str) -> Dict[str, str]:
    """`name = value` lines of a module's own file; a bare word has an empty value."""
    found = {}
    for line in text.splitlines():
        name, _, value = line.split("#", 1)[0].partition("=")
        if name.strip():
            found[name.strip()] = value.strip()
    return found


def number(settings: Dict[str, str], name: str, default: int) -> int | None:
    """One number of a module's settings; None for what is none."""
    if name not in settings:
        return default
    return int(settings[name]) if _NUMBER.fullmatch(settings[name]) else None
