"""Stations by name, and the truth about each of their devices, from the emulators' own data."""

import itertools
import random
from dataclasses import dataclass

from tests.lab.devices.device import DEFAULT_LIKE, MUTATIONS, services_of
from tests.lab.devices.registry import EMULATED, KINDS, REAL

NETWORK = "10.77.0.0/24"
SCANNER_ADDRESS = "10.77.0.2"
OUTSIDE = "10.77.1.5"
"""A device on the same wire that no scope names, and that a lying device points to."""
EXCLUDED = "10.77.0.66"
"""A device inside the network that the scope excludes."""
FIRST = 10


@dataclass(frozen=True)
class Host:
    """One device of a station."""

    kind: str
    address: str
    mutation: str = "default"

    @property
    def mac(self):
        last = [int(part) for part in self.address.split(".")[1:]]
        return f"{KINDS[self.kind].oui}:{last[0]:02x}:{last[1]:02x}:{last[2]:02x}".lower()

    def as_json(self):
        return {"kind": self.kind, "address": self.address, "mac": self.mac, "mutation": self.mutation}


@dataclass(frozen=True)
class Truth:
    """What may be said of one service with a login."""

    address: str
    port: int
    protocol: str
    allowed: frozenset
    accounts: frozenset
    """Documented accounts that work."""


CAUTIOUS = frozenset({"inconclusive", "protocol-mismatch"})
ALLOWED = {
    "default": {"default-confirmed"},
    "changed": {"default-rejected", "inconclusive"},
    "uninitialised": {"uninitialised"},
    "open": {"no-auth", "accepts-any"},
    "accepts-any": {"accepts-any", "no-auth"},
    "forced-change": {"must-change", "default-confirmed"},
    "already-locked": {"locked", *CAUTIOUS},
    "silent-lock": {"default-confirmed", "inconclusive"},
    "stale-token": {"default-rejected", "locked", *CAUTIOUS},
    "single-session": {"default-confirmed", "locked", *CAUTIOUS},
    "catch-all": CAUTIOUS,
    "words-before-login": {"default-rejected", *CAUTIOUS},
    "slow": {"default-confirmed", "inconclusive"},
    "reset": CAUTIOUS,
    "tarpit": CAUTIOUS,
    "tls10": {"default-confirmed"},
} | {name: {"default-rejected", "locked", *CAUTIOUS} for name in MUTATIONS if name.startswith("lock-")}
BAD = frozenset({"default", "uninitialised", "open", "accepts-any", "forced-change", "silent-lock", "slow", "tls10"})
"""Mutations of a device that a report must not be silent about."""
WEB_ONLY = {"catch-all", "words-before-login", "reset", "tarpit", "stale-token", "uninitialised", "single-session"}
"""Done to the web page; other services of the device are plain `changed` (or `default`) ones."""


def truths(host):
    """What may be said of each service of that host; empty for a host without a login."""
    kind = KINDS[host.kind]
    found = []
    for service in services_of(kind, host.mutation):
        for protocol in (service.protocol, *service.also) if service.login else ():
            allowed = allowed_of(kind, host.mutation, protocol)
            working = working_accounts(kind, protocol) if host.mutation in DEFAULT_LIKE | {"accepts-any"} else ()
            if protocol == "snmp" and not working:
                allowed |= ALLOWED["changed"]
            found.append(Truth(host.address, service.port, protocol, frozenset(allowed), frozenset(working)))
    return found


def exposures_of(host):
    """What a report must say that stands open on it; known of real servers alone."""
    shows = getattr(KINDS[host.kind], "shows", {})
    return shows.get("", frozenset()) | shows.get(host.mutation, frozenset())


def working_accounts(kind, protocol):
    """Documented accounts that the factory left in."""
    if protocol == "snmp" and kind.accounts[:1] != (("public", ""),):
        return tuple((name, "") for name in kind.names.get("communities", ()))
    return kind.accounts[:1]


def allowed_of(kind, mutation, protocol):
    allowed = set(ALLOWED[mutation])
    if protocol != "http" and mutation in WEB_ONLY:
        allowed |= ALLOWED["default" if mutation == "single-session" else "changed"]
    if not kind.accounts:
        allowed |= {"per-device-secret", "inconclusive"}
    if mutation in ("accepts-any", "open") and protocol != "http":
        allowed |= {"no-auth", "accepts-any"}
    return allowed


def addresses():
    for number in itertools.count(FIRST):
        if f"10.77.0.{number}" != EXCLUDED:
            yield f"10.77.0.{number}"


def placed(rows):
    return [Host(kind, address, mutation) for (kind, mutation), address in zip(rows, addresses(), strict=False)]


COMMUNE = [
    ("zte-old", "default"), ("hikvision", "default"), ("dahua", "changed"), ("kbvision", "default"),
    ("tplink-basic", "default"), ("mikrotik", "changed"), ("hp-printer", "open"), ("snmp-printer", "default"),
    ("windows-pc", "default"), ("linux-pc", "changed"), ("phone", "default"), ("silent", "default"),
]  # fmt: skip
DISTRICT = [
    ("huawei-ont", "default"), ("zte-new", "changed"), ("vnpt-igate", "changed"), ("mikrotik", "default"),
    ("draytek", "changed"), ("tplink-archer", "uninitialised"), ("tplink-cookie", "default"), ("cisco-ios", "lock-5-account"),
    ("cisco-sg", "default"), ("netgear-switch", "changed"), ("airos", "default"), ("unifi-os", "changed"),
    ("hikvision", "uninitialised"), ("hikvision", "default"), ("hikvision", "changed"), ("dahua", "default"),
    ("dahua", "lock-3-ip"), ("kbvision", "already-locked"), ("imou", "changed"), ("uniview", "lock-7-ip"),
    ("axis", "changed"), ("vivotek", "open"), ("xiongmai", "default"), ("generic-basic", "catch-all"),
    ("sonicwall", "changed"), ("fortinet", "lock-3-ip"), ("synology", "changed"), ("qnap", "default"),
    ("hp-printer", "changed"), ("brother-printer", "default"), ("apc-nmc", "single-session"), ("snmp-switch", "default"),
    ("windows-pc", "default"), ("windows-pc", "default"), ("linux-pc", "changed"), ("intranet", "default"),
    ("phone", "default"), ("silent", "default"), ("upnp-liar", "default"), ("igd", "default"),
]  # fmt: skip
"""Forty devices as a district's health centre has them; beside them one excluded and one outside the scope."""
TRAPS = [Host("dahua", EXCLUDED, "default"), Host("hikvision", OUTSIDE, "default")]


def commune():
    return placed(COMMUNE)


def district_40():
    return [*placed(DISTRICT), *TRAPS]


def every():
    """Every emulated kind in every mutation that it has."""
    return [(kind.id, mutation) for kind in EMULATED.values() for mutation in kind.mutations()]


def mutations(size=40):
    """All of them, in batches of one station each."""
    rows = every()
    return [placed(rows[start : start + size]) for start in range(0, len(rows), size)]


def sample(seed, size=40):
    """One station of so many of them, no two of a kind; the same seed gives the same."""
    chance = random.Random(seed)
    rows = every()
    chance.shuffle(rows)
    return placed(list({kind: (kind, mutation) for kind, mutation in rows}.values())[:size])


def real():
    """Each real server in each state that it can have; beside them what has no real one, of no maker either."""
    rows = [(kind.id, mutation) for kind in REAL.values() for mutation in kind.mutations()]
    return placed([*rows, ("onvif-camera", "default"), ("routeros-box", "default")])


STATIONS = {"commune": commune, "district_40": district_40, "real": real}
