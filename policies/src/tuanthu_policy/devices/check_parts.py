"""What is wrong with the small parts of an entry: tests, requests, templates. Pure."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tuanthu_policy.devices.family import Computed, Request, Sealed, Signals, Step, Taken, Test, Tests
from tuanthu_policy.devices.primitives import PRIMITIVES
from tuanthu_policy.devices.rendering import AUTHS, METHODS
from tuanthu_policy.devices.searching import search_for
from tuanthu_policy.devices.subjects import is_subject
from tuanthu_policy.devices.templates import TemplateError, names_in, texts_in
from tuanthu_policy.devices.testing import CONDITIONS
from tuanthu_policy.pattern import PatternError
from tuanthu_policy.yaml_tree import Where

Fault = tuple[Where, str, str]
"""Where in the file, in Vietnamese, in English."""


def check_test(test: Test, where: Where, known: Callable[[str], bool] = is_subject) -> Iterator[Fault]:
    """A subject that exists, exactly one condition, a pattern that is bounded."""
    if not known(test.where):
        yield (*where, "where"), f"không có đối tượng {test.where!r}", f"there is no subject {test.where!r}"
    given = [name for name in CONDITIONS if getattr(test, name) is not msgspec.UNSET]
    if len(given) != 1:
        shown = ", ".join(CONDITIONS)
        yield where, f"cần đúng một điều kiện trong: {shown}", f"exactly one condition of: {shown}"
    elif test.negate and given[0] not in {"regex", "equals", "one_of"}:
        yield (*where, "negate"), "negate chỉ dùng với regex, equals, one_of", "negate goes with regex, equals, one_of"
    if test.one_of is not msgspec.UNSET and not test.one_of:
        yield (*where, "one_of"), "danh sách rỗng", "the list is empty"
    yield from check_regex(test.regex, (*where, "regex"))


def check_regex(text: str | msgspec.UnsetType, where: Where) -> Iterator[Fault]:
    """Whether the pattern can be searched in bounded time, and does not match nothing."""
    if text is msgspec.UNSET:
        return
    try:
        if search_for(text).find("") is not None:
            yield where, f"biểu thức {text!r} khớp cả chuỗi rỗng", f"pattern {text!r} matches the empty text"
    except PatternError as error:
        yield where, error.vi, error.en


def check_tests(tests: Tests | msgspec.UnsetType, where: Where) -> Iterator[Fault]:
    """Every test of it; there must be one."""
    if tests is msgspec.UNSET:
        return
    if not tests.all and not tests.any:
        yield where, "cần ít nhất một điều kiện trong all hoặc any", "there must be a test in all or any"
    for part in ("all", "any"):
        for index, test in enumerate(getattr(tests, part)):
            yield from check_test(test, (*where, part, index))


def check_taken(taken: Taken | msgspec.UnsetType, where: Where) -> Iterator[Fault]:
    """A subject that exists and a bounded pattern."""
    if taken is msgspec.UNSET:
        return
    if not is_subject(taken.where):
        yield (*where, "where"), f"không có đối tượng {taken.where!r}", f"there is no subject {taken.where!r}"
    yield from check_regex(taken.regex, (*where, "regex"))


def check_signals(signals: Signals, where: Where) -> Iterator[Fault]:
    """What a device says of its own lock-out."""
    yield from check_tests(signals.locked, (*where, "locked"))
    for name in ("left", "failures", "unlock_seconds"):
        yield from check_taken(getattr(signals, name), (*where, name))


def check_sealed(sealed: Sealed | msgspec.UnsetType, where: Where, variables: set[str]) -> Iterator[Fault]:
    """A subject that exists, a primitive with a key, and variables that are known at the end of the steps."""
    if sealed is msgspec.UNSET:
        return
    if not is_subject(sealed.where):
        yield (*where, "where"), f"không có đối tượng {sealed.where!r}", f"there is no subject {sealed.where!r}"
    primitive = PRIMITIVES.get(sealed.by)
    if primitive is None or not primitive.keyed:
        yield (
            (*where, "by"),
            f"không có phép tính có key tên {sealed.by!r}",
            f"there is no primitive with a key {sealed.by!r}",
        )
    yield from check_template(sealed.key, (*where, "key"), variables)


def request_texts(request: Request) -> list[tuple[str, str]]:
    """Every template of a request, with the key under which it stands."""
    found = [("path", request.path), *(("headers", text) for text in request.headers.values())]
    for key in ("form", "json", "text"):
        value = getattr(request, key)
        if value is not msgspec.UNSET:
            found += [(key, text) for text in texts_in(value)]
    return found


def request_names(request: Request) -> set[str]:
    """The variables of a request; templates that are none are passed over."""
    return {name for _, text in request_texts(request) for name in _names(text)}


def _names(text: str) -> set[str]:
    try:
        return names_in(text)
    except TemplateError:
        return set()


def check_request(request: Request, where: Where, variables: set[str]) -> Iterator[Fault]:
    """Method, body, authentication, and that every variable is known by then."""
    if request.method not in METHODS:
        shown = ", ".join(METHODS)
        yield (*where, "method"), f"phương thức phải là một trong: {shown}", f"the method is one of: {shown}"
    if request.auth not in AUTHS:
        shown = ", ".join(AUTHS)
        yield (*where, "auth"), f"auth phải là một trong: {shown}", f"auth is one of: {shown}"
    bodies = [key for key in ("form", "json", "text") if getattr(request, key) is not msgspec.UNSET]
    if len(bodies) > 1:
        yield (*where, bodies[1]), "chỉ dùng một trong form, json, text", "only one of form, json and text"
    if not request.path.startswith(("/", "{")):
        yield (*where, "path"), "đường dẫn bắt đầu bằng /", "a path begins with /"
    for key, text in request_texts(request):
        yield from check_template(text, (*where, key), variables)


def check_template(text: str, where: Where, variables: set[str]) -> Iterator[Fault]:
    """Braces and variables."""
    try:
        unknown = sorted(names_in(text) - variables)
    except TemplateError:
        yield where, f"dấu {{ đơn lẻ trong {text!r}; viết {{{{", f"a single brace in {text!r}; write {{{{"
        return
    if unknown:
        yield where, f"chưa có biến {unknown[0]!r}", f"variable {unknown[0]!r} is not known here"


def check_steps(steps: Sequence[Step], where: Where, variables: set[str]) -> Iterator[Fault]:
    """Steps in their order; `variables` grows with what they compute and take."""
    seen: set[str] = set()
    for index, step in enumerate(steps):
        place = (*where, index)
        if step.id in seen or step.id == "confirm":
            yield (
                (*place, "id"),
                f"mã bước {step.id!r} bị lặp hoặc dành riêng",
                f"step id {step.id!r} is used or reserved",
            )
        seen.add(step.id)
        for at, one in enumerate(step.compute):
            yield from check_computed(one, (*place, "compute", at), variables)
            variables.add(one.set)
        yield from check_request(step.request, (*place, "request"), variables)
        yield from check_tests(step.require, (*place, "require"))
        for name, taken in step.take.items():
            yield from check_taken(taken, (*place, "take", name))
            if name in {"user", "password", "origin", "host"}:
                yield (*place, "take", name), f"không được đặt lại biến {name!r}", f"variable {name!r} may not be set"
        variables.update(step.take)


def check_computed(one: Computed, where: Where, variables: set[str]) -> Iterator[Fault]:
    """A primitive that exists, with a key where it needs one."""
    primitive = PRIMITIVES.get(one.by)
    if primitive is None:
        yield (*where, "by"), f"không có phép tính {one.by!r}", f"there is no primitive {one.by!r}"
    elif primitive.keyed != (one.key is not msgspec.UNSET):
        needed = primitive.keyed
        yield (
            (*where, "key"),
            f"phép tính {one.by!r} {'cần' if needed else 'không dùng'} key",
            f"primitive {one.by!r} {'needs a' if needed else 'takes no'} key",
        )
    if one.set in {"user", "password", "origin", "host"}:
        yield (*where, "set"), f"không được đặt lại biến {one.set!r}", f"variable {one.set!r} may not be set"
    yield from check_template(one.of, (*where, "of"), variables)
    if one.key is not msgspec.UNSET:
        yield from check_template(one.key, (*where, "key"), variables)
