"""Network devices for pages, put together from `compliance`. Nothing is computed here."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from tuanthu_policy.devices.exposure import EXPOSURES
from tuanthu_policy.devices.labels import CLASSES, REASONS, VERDICTS
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.devices.verdict import Verdict
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.text import Text
from tuanthu_server.compliance.devices import DEFAULT_LOGIN, OPEN_ACCESS, ScanRun
from tuanthu_server.compliance.standing import Counts, DeviceCompliance, Standing
from tuanthu_server.units.models import Unit

NOTHING = Counts()
LOCKING = frozenset({"stopped", "left", "lasting", "silent-lock"})
"""Reasons that speak of a lock-out."""
STANDINGS = {"fail": Outcome.FAIL, "pass": Outcome.PASS, "unknown": Outcome.UNKNOWN, "none": Outcome.NOTAPPLICABLE}


class DevicesOfUnit(msgspec.Struct, frozen=True):
    """One unit in the table of devices."""

    unit: Unit
    devices: DeviceCompliance
    credentials: Counts
    """Devices by whether they are on a factory account."""
    open: Counts
    """Devices by whether anybody gets in."""
    run: ScanRun | None

    @property
    def known(self) -> bool:
        """Whether anything was ever seen there: of a unit that was never scanned no zero is shown."""
        return self.run is not None or self.devices.devices > 0


class ServiceLine(msgspec.Struct, frozen=True):
    """One service of a device."""

    port: str
    protocol: str
    tls: bool
    outcome: Outcome
    verdict: Text | None
    account: str
    accounts: list[str]
    """Names of those that were tried."""
    tested: str
    """`3/7`: accounts tried of those that are documented; empty where none is."""
    reason: Text | None
    exposures: list[Text]
    locked: bool
    """Whether the device showed a lock-out, or logins were left out for fear of one."""


def device_table(units: Iterable[Unit], now: Standing, runs: Mapping[int, ScanRun]) -> list[DevicesOfUnit]:
    """Units with their devices: most on a factory account first, those without any scan last."""
    lines = []
    for unit in units:
        known = now.units.get(unit.pk)
        devices = known.devices if known else DeviceCompliance()
        lines.append(DevicesOfUnit(unit, devices, *counts_of(devices), runs.get(unit.pk)))
    return sorted(lines, key=_worst_first)


def counts_of(devices: DeviceCompliance) -> tuple[Counts, Counts]:
    """The two figures that pages show: factory accounts, open access."""
    return devices.rules.get(DEFAULT_LOGIN, NOTHING), devices.rules.get(OPEN_ACCESS, NOTHING)


def _worst_first(line: DevicesOfUnit) -> tuple[int, int, int, bool, str]:
    unsettled = line.credentials.applicable - line.credentials.passed - line.credentials.failed
    return -line.credentials.failed, -unsettled, -line.devices.devices, line.run is None, line.unit.code


def service_lines(sighting: Sighting | None) -> list[ServiceLine]:
    """The services of a device as its newest observation tells them; what is malformed is left out."""
    return services_in(sighting.observation.facts) if sighting else []


def services_in(facts: Mapping[str, Any]) -> list[ServiceLine]:
    """The services that facts of the kind `device` name."""
    services = facts.get("services")
    return [_service(one) for one in services if isinstance(one, dict)] if isinstance(services, list) else []


def _service(facts: Mapping[str, Any]) -> ServiceLine:
    transport = facts.get("transport")
    port = facts.get("port")
    tested, documented = facts.get("tested"), facts.get("documented")
    return ServiceLine(
        port=f"{port}/{transport}" if transport else str(port or "–"),
        protocol=str(facts.get("protocol", "–")),
        tls=facts.get("tls") is True,
        outcome=STANDINGS.get(str(facts.get("standing")), Outcome.UNKNOWN),
        verdict=_verdict(facts.get("verdict")),
        account=str(facts.get("account", "")),
        accounts=_texts(facts.get("accounts")),
        tested=f"{tested}/{documented}" if type(tested) is int and type(documented) is int and documented else "",
        reason=_reason(facts.get("reason")),
        exposures=[EXPOSURES.get(one, Text(one, one)) for one in _texts(facts.get("exposures"))],
        locked=_locks(facts),
    )


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _verdict(code: Any) -> Text | None:
    try:
        return VERDICTS[Verdict(code)]
    except (ValueError, KeyError):
        return Text(str(code), str(code)) if code else None


def _locks(facts: Mapping[str, Any]) -> bool:
    code = str(facts.get("reason", "")).partition(":")[0]
    return facts.get("verdict") == Verdict.LOCKED.value or code in LOCKING


def _reason(code: Any) -> Text | None:
    if not isinstance(code, str) or not code:
        return None
    return REASONS.get(code.partition(":")[0], Text(code, code))


def class_of(code: str) -> Text:
    """What sort of device it is."""
    return CLASSES.get(code) or Text(code, code)


def remediation_of(family: str) -> Text | None:
    """What the catalogue says to do about a family; None where it does not know it."""
    return _remediations().get(family)


@lru_cache(maxsize=1)
def _remediations() -> Mapping[str, Text]:
    """Of every family: the catalogue is shipped with the program, and never changes while it runs."""
    try:
        return {name: family.remediation for name, family in load_devices().items()}
    except PolicyError:
        return {}
