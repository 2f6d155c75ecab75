"""Every cause that the agent's collectors give has words for people, in the contract."""

import re
from pathlib import Path

import tuanthu_agent
from tuanthu_policy.causes import CAUSES

SOURCES = Path(tuanthu_agent.__file__).parent
GIVEN = re.compile(
    r'(?:"|f")([a-z]+(?:-[a-z]+)+): |(?:HostError|CommandError|\.miss|fail\w*|gap)\(?=?\s*"([a-z]+(?:-[a-z]+)+)"'
)


def causes_in_source() -> set[str]:
    files = [
        *(SOURCES / "collectors").rglob("*.py"),
        SOURCES / "host.py",
        SOURCES / "commands.py",
        SOURCES / "system.py",
    ]
    return {first or second for file in files for first, second in GIVEN.findall(file.read_text(encoding="utf-8"))}


def test_the_source_gives_causes():
    assert len(causes_in_source()) > 10


def test_every_cause_has_words():
    assert causes_in_source() - CAUSES.keys() - {"tuanthu-agent"} == set()
