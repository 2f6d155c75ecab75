"""Running the catalogue's examples: what entries say of what devices answer. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from tuanthu_policy.devices.attesting import attested
from tuanthu_policy.devices.example import NONE, AttestExample, Example, LoginExample
from tuanthu_policy.devices.family import Family, HttpLogin
from tuanthu_policy.devices.matching import recognise
from tuanthu_policy.devices.playing import MissingAnswerError, play
from tuanthu_policy.devices.verdict import AttemptOutcome

_DEMANDED = (AttemptOutcome.ACCEPTED, AttemptOutcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Problem:
    """What an example shows to be wrong; `place` is `<vendor>/<name>` or an entry's id."""

    place: str
    vi: str
    en: str


def catalogue_problems(
    families: Mapping[str, Family], examples: Mapping[str, Example], owners: Mapping[str, list[str]]
) -> list[Problem]:
    """Everything that does not come out as written."""
    found: list[Problem] = []
    for name, example in examples.items():
        if name not in owners:
            found.append(Problem(name, "không mục nào liệt kê ví dụ này", "no entry lists this example"))
        found += _recognition(name, example, families)
        family = families.get(example.family)
        if family is not None:
            found += _statements(name, example, family)
            for one in example.logins:
                found += _course(name, one, family)
        elif example.attest or example.logins:
            found.append(Problem(name, "attest và logins cần family", "attest and logins need a family"))
    for family in families.values():
        found += _demanded(family, [example for example in examples.values() if example.family == family.id])
    return found


def _recognition(name: str, example: Example, families: Mapping[str, Family]) -> Iterator[Problem]:
    """Each example is tried with every entry: one that belongs to another must lose."""
    probed = {(example.family, probe): recorded.answer() for probe, recorded in example.probes.items()}
    won = recognise(families.values(), example.subjects(), probed)
    best = NONE if won is None else won.best.family.id
    if best != example.family:
        score = 0 if won is None else won.best.score
        yield Problem(
            name,
            f"nhận dạng là {best} ({score} điểm), phải là {example.family}",
            f"recognised as {best} (score {score}), expected {example.family}",
        )
        return
    if won is not None and won.rivals:
        rivals = ", ".join(won.rivals)
        yield Problem(name, f"mục khác bằng điểm: {rivals}", f"other entries have the same score: {rivals}")
    for key, text in example.captured.items():
        got = None if won is None else won.best.captured.get(key)
        if got != text:
            yield Problem(name, f"{key} đọc được {got!r}, phải là {text!r}", f"{key} is {got!r}, expected {text!r}")


def _statements(name: str, example: Example, family: Family) -> Iterator[Problem]:
    by_id = {one.id: one for one in family.attest}
    for one in example.attest:
        if one.id not in by_id:
            yield Problem(name, f"không có attest {one.id!r}", f"there is no attestation {one.id!r}")
            continue
        said = attested(by_id[one.id], one.answer.answer())
        got = NONE if said is None else "noted" if said.verdict is msgspec.UNSET else said.verdict
        if got != one.verdict:
            yield _differs(name, f"attest {one.id}", got, one)


def _differs(name: str, what: str, got: str, one: AttestExample) -> Problem:
    return Problem(name, f"{what}: ra {got}, phải là {one.verdict}", f"{what}: {got}, expected {one.verdict}")


def _course(name: str, one: LoginExample, family: Family) -> Iterator[Problem]:
    http = _http(family, one.login)
    if http is None:
        yield Problem(name, f"không có cách đăng nhập HTTP {one.login!r}", f"there is no HTTP login {one.login!r}")
        return
    try:
        played = play(http, family.lockout, one)
    except MissingAnswerError as error:
        yield Problem(
            name, f"{one.login}: thiếu câu trả lời của bước {error}", f"{one.login}: no answer for step {error}"
        )
        return
    if played.outcome != one.outcome:
        yield Problem(
            name,
            f"{one.login}: ra {played.outcome} ({played.reason}), phải là {one.outcome}",
            f"{one.login}: {played.outcome} ({played.reason}), expected {one.outcome}",
        )
    for key in ("left", "unlock_seconds"):
        wanted = getattr(one, key)
        if wanted is not msgspec.UNSET and wanted != getattr(played, key):
            got = getattr(played, key)
            yield Problem(name, f"{key} đọc được {got}, phải là {wanted}", f"{key} is {got}, expected {wanted}")


def _http(family: Family, login: str) -> HttpLogin | None:
    found = next((one for one in family.logins if one.id == login), None)
    return None if found is None or found.http is msgspec.UNSET else found.http


def _demanded(family: Family, positive: list[Example]) -> Iterator[Problem]:
    if not positive:
        yield Problem(family.id, "không có ví dụ dương tính", "there is no positive example")
    if family.status == "draft":
        return
    for login in family.logins:
        if login.http is msgspec.UNSET:
            continue
        there = {one.outcome for example in positive for one in example.logins if one.login == login.id}
        missing = ", ".join(outcome for outcome in _DEMANDED if outcome not in there)
        if missing:
            yield Problem(
                family.id, f"{login.id}: thiếu ví dụ đăng nhập {missing}", f"{login.id}: no login example {missing}"
            )
