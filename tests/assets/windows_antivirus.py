"""What the tests of antivirus on Windows share: snapshots to change at will, and machines that cannot be seen whole."""

import copy
import functools

import yaml
from tests.assets.windows_snapshot import FOLDER, load_snapshot

from tuanthu_agent.collectors import antivirus
from tuanthu_agent.collectors.interface import Settings

SNAPSHOTS = sorted(path.stem for path in FOLDER.glob("av_*.yml"))
EXPECTED = yaml.safe_load((FOLDER.parent / "windows_antivirus.yml").read_text(encoding="utf-8"))
SECURITY_CENTER = r"root\SecurityCenter2"
DEFENDER = r"root\Microsoft\Windows\Defender"


@functools.cache
def _loaded(name):
    return load_snapshot(name)


def snapshot(name):
    """A copy of a snapshot's document, for the caller to change."""
    return copy.deepcopy(_loaded(name))


def collect(host):
    return antivirus.collect(host, Settings())


def items(result):
    return {item["id"]: item for item in result.facts["products"]}


FAULTS = {
    "services denied": lambda document: document.update(services=None),
    "services empty": lambda document: document.update(services={}),
    "registry denied": lambda document: document.update(registry_denied=["HKLM"]),
    "uninstall denied": lambda document: document.update(
        registry_denied=[r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"]
    ),
    "no registry": lambda document: document.update(registry={}),
    "security center missing on a client": lambda document: document["wmi"].pop(SECURITY_CENTER),
    "security center denied": lambda document: document["wmi"].update({SECURITY_CENTER: "permission-denied"}),
    "security center broken": lambda document: document["wmi"].update({SECURITY_CENTER: "wmi-failed"}),
    "security center silent": lambda document: document["wmi"].update({SECURITY_CENTER: "timeout"}),
    "security center too full": lambda document: document["wmi"][SECURITY_CENTER].update(
        AntiVirusProduct=document["wmi"][SECURITY_CENTER]["AntiVirusProduct"] * 40
    ),
}
"""What can be wrong with a Windows machine so that not everything is seen."""
