"""One entry of the device catalogue: a device family in one generation of its firmware.

Data only. Nothing here is code: texts hold `{name}` templates, and what is computed is one of the named primitives.
"""

from typing import Any, Final

import msgspec

from tuanthu_policy.text import Text

CLASSES: Final = (
    "camera", "nvr", "router", "ont", "switch", "ap", "firewall", "nas", "printer", "ups",
    "computer", "phone", "generic", "unknown",
)  # fmt: skip
STATUSES: Final = ("lab-verified", "documented", "draft")
"""An entry that is a `draft` is fingerprinted and never logged in to."""
Scalar = str | int | float | bool


class Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One subject and one condition on it. A subject that is absent makes all but `present` false.

    Subjects of an HTTP answer: `status`, `header.<Name>`, `cookie.<name>`, `location`, `realm` (of WWW-Authenticate),
    `scheme` (`basic`, `digest`), `title`, `body`, `body.md5`, `json.<path>`, `xml.<path>`. Subjects of a fingerprint:
    the same with `http.` before it for the start page, and those of `evidence.SUBJECTS` (`ssh.banner` …).
    """

    where: str
    regex: str | msgspec.UnsetType = msgspec.UNSET
    """Searched anywhere in the text; bounded as in rules (`pattern.py`)."""
    equals: Scalar | msgspec.UnsetType = msgspec.UNSET
    one_of: list[Scalar] | msgspec.UnsetType = msgspec.UNSET
    at_least: int | msgspec.UnsetType = msgspec.UNSET
    at_most: int | msgspec.UnsetType = msgspec.UNSET
    present: bool | msgspec.UnsetType = msgspec.UNSET
    """True: there and not empty; false: absent or empty."""
    negate: bool = False
    """The opposite of `regex`, `equals` or `one_of`; false too where the subject is not there."""


class Tests(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """`all` and `any` must hold, where given. Neither given never holds."""

    all: list[Test] = []
    any: list[Test] = []


class Evidence(Test, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A test that speaks for a family."""

    weight: int = 0
    capture: str | msgspec.UnsetType = msgspec.UNSET
    """`model`, `vendor` or `firmware`: what the first group of `regex` names."""


class Port(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a service usually listens."""

    port: int
    transport: str = "tcp"
    tls: bool = False


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One HTTP request. `{name}` stands for a variable (`user`, `password`, taken, computed); `{{` for a brace."""

    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = {}
    form: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    json: Any | msgspec.UnsetType = msgspec.UNSET
    """Texts inside are templates."""
    text: str | msgspec.UnsetType = msgspec.UNSET
    """A body as it is; `headers` says its type."""
    auth: str = "session"
    """`session`: cookies of this login, and Digest or Basic if it began so; `none`; `basic`; `digest`."""


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A request without credentials, sent only where other evidence already speaks for the family."""

    id: str
    request: Request
    evidence: list[Evidence]


class Fingerprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Weighted evidence; at `threshold` the device is taken for this family, and nothing of it is asked before."""

    ports: list[Port]
    evidence: list[Evidence]
    probes: list[Probe] = []
    threshold: int = 70
    veto: list[Test] = []
    """Any that holds rules the family out."""


class Attested(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A statement of the device about itself."""

    when: Tests
    verdict: str | msgspec.UnsetType = msgspec.UNSET
    """A `Verdict`; unset: only noted."""
    note: Text | msgspec.UnsetType = msgspec.UNSET


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Asked before any login; spends no attempt."""

    id: str
    request: Request
    answers: list[Attested]
    """The first that holds counts; none: nothing is known."""


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A variable read from an answer."""

    where: str
    regex: str | msgspec.UnsetType = msgspec.UNSET
    """Its first group is taken; without one the whole subject."""


class Computed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A variable made by a named primitive (`primitives.PRIMITIVES`) from a template."""

    set: str
    by: str
    of: str
    key: str | msgspec.UnsetType = msgspec.UNSET
    """Template of the key, for the keyed ones."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Compute, send, check, take. Of the steps of a login exactly one sends the password: `attempt: true`."""

    id: str
    request: Request
    compute: list[Computed] = []
    require: Tests | msgspec.UnsetType = msgspec.UNSET
    """Where this does not hold: `protocol-mismatch`."""
    take: dict[str, Taken] = {}
    """A variable that cannot be read: `protocol-mismatch`."""
    attempt: bool = False


class Signals(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What the device says of its own lock-out, in the answers of preflight and attempt."""

    locked: Tests | msgspec.UnsetType = msgspec.UNSET
    left: Taken | msgspec.UnsetType = msgspec.UNSET
    """A number: logins that the device still allows."""
    failures: Taken | msgspec.UnsetType = msgspec.UNSET
    """A number: wrong logins so far; with `documented.attempts` it gives what is left."""
    unlock_seconds: Taken | msgspec.UnsetType = msgspec.UNSET


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Answers whose body comes encrypted. What does not open is judged as it came."""

    where: str
    """The subject that holds the encrypted body: `json.data`, `body`."""
    by: str
    """A keyed primitive; what comes out is the body that is required, taken from and judged."""
    key: str
    """Its template."""


class HttpLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How to log in over HTTP. What is neither success, change nor failure is `unclear`."""

    steps: list[Step]
    preflight: list[Step] = []
    """Without credentials: reads what is left and whether the device is locked."""
    sealed: Sealed | msgspec.UnsetType = msgspec.UNSET
    """Of the answers to the steps, once the key is known, and to the second read."""
    success: Tests
    """On the answer of the last step; all positive evidence."""
    confirm: Request
    """A second, protected read in the same session."""
    confirmed: Tests
    failure: Tests
    must_change: Tests | msgspec.UnsetType = msgspec.UNSET
    signals: Signals = Signals()
    logout: Request | msgspec.UnsetType = msgspec.UNSET


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One way in. The other protocols than HTTP know their own success and failure."""

    id: str
    protocol: str
    """`http`, `ssh`, `telnet`, `ftp`, `snmp`, `rtsp`, `onvif`, `mqtt` or `routeros`."""
    ports: list[Port] = []
    """Unset: those of the fingerprint (HTTP) or the usual ones of the protocol."""
    path: str = ""
    """RTSP: the stream's path. ONVIF: the device service's. SNMP: the digest, for version 3's users (`usm.DIGESTS`)."""
    http: HttpLogin | msgspec.UnsetType = msgspec.UNSET
    side_effects: str = "none"
    """`none`, `evicts-admin-session` (never run) or `consumes-session-slot`."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A documented factory account, or a secret that each device has of its own and that is never guessed."""

    user: str = ""
    password: str | msgspec.UnsetType = msgspec.UNSET
    password_kind: str | msgspec.UnsetType = msgspec.UNSET
    """`label`, `serial`, `mac` or `verification-code`, instead of `password`."""
    scope: str = ""
    """Which firmware or models."""
    source: int
    """Index into `references`."""
    logins: list[str] = []
    """Ids of the logins that it is for; empty: all."""


class Reference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a claim comes from."""

    kind: str
    """`vendor-manual`, `vendor-api`, `vendor-source`, `open-source`, `dataset` or `knowledge`."""
    title: str
    claim: str
    url: str = ""


class Lockout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The documented policy of the device; unset fields are unknown."""

    attempts: int | msgspec.UnsetType = msgspec.UNSET
    duration_seconds: int | msgspec.UnsetType = msgspec.UNSET
    key: str = "unknown"
    """`ip`, `account`, `device` or `unknown`."""
    silent: bool = False
    """While it is locked the device may answer like to a wrong password: one refusal then proves nothing."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Stricter bounds than the scope's; a looser one is of no effect."""

    attempts_per_day: int = 2
    spacing_seconds: float = 3.0


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The access line that models of a family end. A router that can stand behind anything ends none."""

    access: str
    """`fibre`: an optical terminal; `copper`: a DSL modem; `cable`; `mobile`."""
    models: list[str]
    """Names as the device shows them, in capitals; `#` is one digit. Letters may follow, digits may not."""
    source: int
    """Index into `references`."""


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The whole file `policies/devices/<vendor>/<id>.yml`."""

    schema: int
    id: str
    vendor: str
    family: str
    device_class: str
    status: str
    revision: int = 1
    references: list[Reference]
    fingerprint: Fingerprint
    lines: list[Line] = []
    """What the kind `wan` takes a gateway for by its model (`access-lines.json` is made of it)."""
    attest: list[Attestation] = []
    logins: list[Login] = []
    accounts: list[Account] = []
    """Most likely first."""
    lockout: Lockout = Lockout()
    limits: Limits = Limits()
    remediation: Text
    severity: str = "critical"
    examples: list[str] = []
    """Files below `policies/devices/<vendor>/examples/`, without `.yml`."""
