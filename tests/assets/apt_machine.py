"""A Debian machine of its own for apt: package lists fetched by the real apt from repositories in a folder, no network."""

import gzip
import subprocess
from pathlib import Path

from tuanthu_agent.commands import CommandError, Commands

STATUS = """Package: {name}
Status: install ok installed
Architecture: all
Version: {version}
Maintainer: Nobody <nobody@example.test>
Description: a test

"""


def stanza(name: str, version: str, architecture: str = "all", more: str = "") -> str:
    """One package of a repository; `more` are further lines."""
    return (
        f"Package: {name}\nArchitecture: {architecture}\nVersion: {version}\n{more}"
        f"Maintainer: Nobody <nobody@example.test>\nFilename: ./{name}.deb\nSize: 1\nSHA256: {'0' * 64}\n"
        "Description: a test\n"
    )


def repository(folder: Path, packages: dict[str, str] | list[str], release: dict[str, str]) -> Path:
    """A flat repository of these packages (name → version, or stanzas) whose Release file says what it is told to."""
    folder.mkdir(parents=True)
    if isinstance(packages, dict):
        packages = [stanza(name, version) for name, version in packages.items()]
    (folder / "Packages").write_text("\n".join(packages), encoding="utf-8")
    digest = subprocess.run(
        ["sha256sum", folder / "Packages"], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    size = (folder / "Packages").stat().st_size
    head = "".join(f"{name}: {value}\n" for name, value in release.items())
    (folder / "Release").write_text(f"{head}SHA256:\n {digest} {size} Packages\n", encoding="utf-8")
    return folder


class AptMachine(Commands):
    """A root folder with dpkg's status and apt's settings; its commands are the real apt, turned to that folder."""

    def __init__(self, root: Path, installed: dict[str, str], repositories: list[Path]) -> None:
        self.root = root
        self.settings: list[str] = []
        """Further options, as `Name=value`."""
        self.asked: list[tuple[str, ...]] = []
        for name in (
            "var/lib/apt/lists/partial",
            "var/lib/dpkg",
            "var/cache/apt/archives/partial",
            "etc/apt",
            "usr/bin",
        ):
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "usr/bin/apt-get").touch()
        status = "".join(STATUS.format(name=name, version=version) for name, version in installed.items())
        (root / "var/lib/dpkg/status").write_text(status, encoding="utf-8")
        sources = "".join(f"deb [trusted=yes] file:{one} ./\n" for one in repositories)
        (root / "etc/apt/sources.list").write_text(sources, encoding="utf-8")
        if repositories:
            self.really("apt-get", "update")

    def really(self, name: str, *arguments: str) -> str:
        """One of apt's programs, in any case on this folder alone."""
        state = {
            "Dir::State": self.root / "var/lib/apt",
            "Dir::State::status": self.root / "var/lib/dpkg/status",
            "Dir::Cache": self.root / "var/cache/apt",
            "Dir::Etc::sourcelist": self.root / "etc/apt/sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferences": self.root / "etc/apt/preferences",
            "Dir::Etc::preferencesparts": "-",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
        }
        options = [
            part
            for setting in (*(f"{name}={value}" for name, value in state.items()), *self.settings)
            for part in ("-o", setting)
        ]
        done = subprocess.run(
            [name, *options, *arguments],
            capture_output=True,
            text=True,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin:/usr/lib/apt"},
            check=False,
        )
        if done.returncode:
            raise CommandError("command-failed", name)
        return done.stdout

    def run(self, name: str, *arguments: str, seconds: float = 5.0) -> str:
        """Only what a collector asks of apt."""
        if name not in ("apt", "apt-config", "apt-helper"):
            raise CommandError("command-not-found", name)
        self.asked.append((name, *arguments))
        return self.really(name, *arguments)


def packed(text: str) -> bytes:
    """As logrotate leaves a log."""
    return gzip.compress(text.encode())
