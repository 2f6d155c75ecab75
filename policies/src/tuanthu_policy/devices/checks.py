"""What is wrong with an entry of the catalogue beyond the types of its fields. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tuanthu_policy.devices.attesting import ATTESTABLE
from tuanthu_policy.devices.check_login import check_login, check_proof
from tuanthu_policy.devices.check_parts import Fault, check_request, check_test, check_tests
from tuanthu_policy.devices.evidence import is_evidence
from tuanthu_policy.devices.family import CLASSES, STATUSES, Account, Evidence, Family, Port
from tuanthu_policy.devices.lines import check_lines
from tuanthu_policy.yaml_tree import Where

SCHEMA: Final = 1
ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SEVERITIES: Final = ("low", "medium", "high", "critical")
REFERENCE_KINDS: Final = ("vendor-manual", "vendor-api", "vendor-source", "open-source", "dataset", "knowledge")
ACCOUNT_SOURCES: Final = frozenset(REFERENCE_KINDS) - {"knowledge"}
"""Kinds of references that can document an account of an entry that logs in."""
SECRETS: Final = ("label", "serial", "mac", "verification-code")
CAPTURES: Final = ("model", "vendor", "firmware")
LOCK_KEYS: Final = ("ip", "account", "device", "unknown")
MOST_WEIGHT: Final = 100


def faults(family: Family) -> Iterator[Fault]:
    """Everything that is wrong, with its place."""
    yield from _check_head(family)
    yield from _check_fingerprint(family)
    yield from _check_attestations(family)
    yield from _unique([login.id for login in family.logins], ("logins",))
    for index, login in enumerate(family.logins):
        yield from check_login(login, ("logins", index))
    yield from _check_accounts(family)
    yield from _check_lockout(family)
    yield from check_lines(family)


def _one_of(value: str, allowed: Iterable[str], where: Where) -> Iterator[Fault]:
    if value not in allowed:
        shown = ", ".join(allowed)
        yield where, f"{value!r} không nằm trong: {shown}", f"{value!r} is none of: {shown}"


def _unique(ids: list[str], where: Where) -> Iterator[Fault]:
    for index, name in enumerate(ids):
        if not ID.fullmatch(name):
            yield (*where, index, "id"), "mã chỉ gồm a-z, 0-9 và dấu gạch", "an id has only a-z, 0-9 and hyphens"
        if name in ids[:index]:
            yield (*where, index, "id"), f"mã {name!r} bị lặp", f"duplicate id {name!r}"


def _check_head(family: Family) -> Iterator[Fault]:
    if family.schema != SCHEMA:
        yield ("schema",), f"schema phải là {SCHEMA}", f"schema must be {SCHEMA}"
    if not ID.fullmatch(family.id):
        yield ("id",), "mã chỉ gồm a-z, 0-9 và dấu gạch", "an id has only a-z, 0-9 and hyphens"
    yield from _one_of(family.device_class, CLASSES, ("device_class",))
    yield from _one_of(family.status, STATUSES, ("status",))
    yield from _one_of(family.severity, SEVERITIES, ("severity",))
    if not family.references:
        yield ("references",), "cần ít nhất một nguồn", "there must be a reference"
    for index, reference in enumerate(family.references):
        yield from _one_of(reference.kind, REFERENCE_KINDS, ("references", index, "kind"))
        if not reference.title.strip() or not reference.claim.strip():
            yield ("references", index), "title và claim không được rỗng", "title and claim may not be empty"
    if not family.examples:
        yield ("examples",), "cần ít nhất một ví dụ", "there must be an example"


def _check_ports(ports: list[Port], where: Where) -> Iterator[Fault]:
    for index, port in enumerate(ports):
        if not 0 < port.port < 65536:
            yield (*where, index, "port"), "cổng từ 1 đến 65535", "a port is 1 to 65535"
        yield from _one_of(port.transport, ("tcp", "udp"), (*where, index, "transport"))


def _check_fingerprint(family: Family) -> Iterator[Fault]:
    mark = family.fingerprint
    yield from _check_ports(mark.ports, ("fingerprint", "ports"))
    for index, login in enumerate(family.logins):
        yield from _check_ports(login.ports, ("logins", index, "ports"))
    for index, one in enumerate(mark.evidence):
        where: Where = ("fingerprint", "evidence", index)
        yield from check_test(one, where, is_evidence)
        yield from _check_weight(one, where)
    for index, test in enumerate(mark.veto):
        yield from check_test(test, ("fingerprint", "veto", index), is_evidence)
    yield from _unique([probe.id for probe in mark.probes], ("fingerprint", "probes"))
    for index, probe in enumerate(mark.probes):
        yield from check_request(probe.request, ("fingerprint", "probes", index, "request"), {"origin", "host"})
        yield from _check_harmless(probe.request.auth, ("fingerprint", "probes", index, "request", "auth"))
        for at, one in enumerate(probe.evidence):
            where = ("fingerprint", "probes", index, "evidence", at)
            yield from check_test(one, where)
            yield from _check_weight(one, where)
    first = sum(one.weight for one in mark.evidence)
    whole = first + sum(one.weight for probe in mark.probes for one in probe.evidence)
    if not 0 < mark.threshold <= min(whole, MOST_WEIGHT) or not first:
        place = ("fingerprint", "threshold")
        yield place, f"ngưỡng không đạt được (tổng {whole})", f"the threshold cannot be reached (sum {whole})"


def _check_weight(one: Evidence, where: Where) -> Iterator[Fault]:
    if not 0 < one.weight <= MOST_WEIGHT:
        yield (*where, "weight"), "trọng số từ 1 đến 100", "a weight is 1 to 100"
    if one.capture is not msgspec.UNSET:
        yield from _one_of(one.capture, CAPTURES, (*where, "capture"))
        if one.regex is msgspec.UNSET or "(" not in one.regex:
            yield (*where, "capture"), "capture cần regex có một nhóm ( )", "capture needs a regex with a group"


def _check_harmless(auth: str, where: Where) -> Iterator[Fault]:
    if auth in {"basic", "digest"}:
        yield where, "yêu cầu này không được kèm tài khoản", "this request may not carry credentials"


def _check_attestations(family: Family) -> Iterator[Fault]:
    yield from _unique([one.id for one in family.attest], ("attest",))
    for index, one in enumerate(family.attest):
        yield from check_request(one.request, ("attest", index, "request"), {"origin", "host"})
        yield from _check_harmless(one.request.auth, ("attest", index, "request", "auth"))
        for at, said in enumerate(one.answers):
            where: Where = ("attest", index, "answers", at)
            yield from check_tests(said.when, (*where, "when"))
            if said.verdict is not msgspec.UNSET:
                yield from _one_of(said.verdict, [str(verdict) for verdict in ATTESTABLE], (*where, "verdict"))
                yield from check_proof(said.when, (*where, "when"), unauthorised=True)


def _check_accounts(family: Family) -> Iterator[Fault]:
    ids = {login.id for login in family.logins}
    seen: set[tuple[str, object, tuple[str, ...]]] = set()
    for index, account in enumerate(family.accounts):
        where: Where = ("accounts", index)
        yield from _check_account(family, account, where)
        for at, name in enumerate(account.logins):
            yield from _one_of(name, sorted(ids), (*where, "logins", at))
        key = (account.user, account.password, tuple(account.logins))
        if key in seen:
            yield where, "tài khoản bị lặp", "the account is listed twice"
        seen.add(key)


def _check_account(family: Family, account: Account, where: Where) -> Iterator[Fault]:
    if (account.password is msgspec.UNSET) == (account.password_kind is msgspec.UNSET):
        yield where, "cần đúng một trong password, password_kind", "exactly one of password and password_kind"
    if account.password_kind is not msgspec.UNSET:
        yield from _one_of(account.password_kind, SECRETS, (*where, "password_kind"))
    if not 0 <= account.source < len(family.references):
        yield (*where, "source"), "không có nguồn số này", "there is no reference of that number"
    elif account.password is not msgspec.UNSET and family.status != "draft":
        yield from _one_of(family.references[account.source].kind, sorted(ACCOUNT_SOURCES), (*where, "source"))


def _check_lockout(family: Family) -> Iterator[Fault]:
    yield from _one_of(family.lockout.key, LOCK_KEYS, ("lockout", "key"))
    attempts = family.lockout.attempts
    if attempts is not msgspec.UNSET and attempts < 1:
        yield ("lockout", "attempts"), "ít nhất 1", "at least 1"
    if family.limits.attempts_per_day < 1 or family.limits.spacing_seconds < 0:
        yield ("limits",), "giới hạn không hợp lệ", "the limits make no sense"
    for index, login in enumerate(family.logins):
        signals = login.http is not msgspec.UNSET and login.http.signals.failures is not msgspec.UNSET
        if signals and attempts is msgspec.UNSET:
            yield (
                ("logins", index, "http", "signals", "failures"),
                "số lần sai chỉ có nghĩa khi có lockout.attempts",
                "failures mean nothing without lockout.attempts",
            )
