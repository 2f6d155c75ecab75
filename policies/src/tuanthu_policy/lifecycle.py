"""How long each release of an operating system gets security updates: `policies/lifecycle.yml`, with its sources."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

import msgspec

from tuanthu_policy.releases import Row
from tuanthu_policy.yaml_tree import Tree


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One release of a system, in one channel of support."""

    os: Literal[
        "almalinux", "centos", "centos-stream", "debian", "rhel", "rocky", "ubuntu", "windows-client", "windows-server"
    ]
    release: Annotated[str, msgspec.Meta(min_length=1, max_length=16)]
    """VERSION_ID of os-release (of Red Hat's family the first number); of Windows the build number."""
    channel: Literal["", "general", "enterprise", "ltsc", "iot-ltsc"] = ""
    """Which editions of Windows: home and professional, enterprise and education, long-term servicing."""
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    ends: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    """The last day on which everybody with that release gets security updates; paid extensions do not count."""
    source: str
    """A key of `sources`."""


class Lifecycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole table."""

    sources: dict[str, str]
    """Short name → where the dates stand."""
    releases: Annotated[list[Release], msgspec.Meta(min_length=1)]


def check_lifecycle(tree: Tree, table: Lifecycle) -> None:
    """Real dates, known sources, no release twice; raises PolicyError that names the place."""
    seen: set[tuple[str, str, str]] = set()
    for index, one in enumerate(table.releases):
        where = ("releases", index)
        key = (one.os, one.release, one.channel)
        if key in seen:
            raise tree.error(where, f"trùng bản phát hành {key}", f"duplicate release {key}")
        seen.add(key)
        if one.source not in table.sources:
            raise tree.error((*where, "source"), f"không có nguồn {one.source!r}", f"no source {one.source!r}")
        if (one.os == "windows-client") != bool(one.channel):
            raise tree.error(
                (*where, "channel"),
                "windows-client, và chỉ hệ này, có channel",
                "windows-client, and no other system, has a channel",
            )
        try:
            date.fromisoformat(one.ends)
        except ValueError:
            raise tree.error((*where, "ends"), f"{one.ends!r} không phải ngày", f"{one.ends!r} is no date") from None


def rows(table: Lifecycle) -> tuple[Row, ...]:
    """The table as plain tuples, sorted."""
    return tuple(
        sorted(
            (one.os, one.release, one.channel, one.name, one.ends, table.sources[one.source]) for one in table.releases
        )
    )


def written(table: Iterable[Row]) -> str:
    """The table as its JSON file holds it (`policies/lifecycle.json`), for programs that read no YAML."""
    lines = ",\n".join("  " + json.dumps(list(row), ensure_ascii=False) for row in table)
    return f"[\n{lines}\n]\n"
