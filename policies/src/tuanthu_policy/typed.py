"""Turning the values of a file into the contract's types, with errors that name file, line and key."""

import re
from typing import Any, Final, TypeVar

import msgspec

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.yaml_tree import Tree, Where

T = TypeVar("T")

_PLACE: Final = re.compile(r"(.*?)(?: - at `(?:key in )?\$(.*)`)?", re.DOTALL)
_STEP: Final = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+|\.\.\.)\]")
_UNKNOWN_FIELD: Final = re.compile(r"Object contains unknown field `(.*)`")
_MISSING_FIELD: Final = re.compile(r"Object missing required field `(.*)`")
_WRONG_TYPE: Final = re.compile(r"Expected `(.*)`, got `(.*)`")


def typed(tree: Tree, kind: type[T], within: Where = ()) -> T:
    """The file, or the part of it that stands at `within`, as a `kind`; raises PolicyError."""
    value = tree.value
    for step in within:
        value = value[step]
    try:
        found = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _located(tree, within, str(error)) from None
    _check_texts(tree, value, within)
    return found


def _located(tree: Tree, within: Where, message: str) -> PolicyError:
    shape = _PLACE.fullmatch(message)
    text, place = (shape[1], shape[2] or "") if shape else (message, "")
    where = (*within, *_where(place))
    unknown, missing, wrong = _UNKNOWN_FIELD.search(text), _MISSING_FIELD.search(text), _WRONG_TYPE.search(text)
    if unknown:
        return tree.error((*where, unknown[1]), f"không có khóa {unknown[1]!r}", f"unknown key {unknown[1]!r}")
    if missing:
        return tree.error((*where, missing[1]), f"thiếu khóa {missing[1]!r}", f"missing key {missing[1]!r}")
    if wrong:
        return tree.error(where, f"cần kiểu {wrong[1]}, lại gặp {wrong[2]}", f"expected {wrong[1]}, got {wrong[2]}")
    return tree.error(where, f"giá trị không hợp lệ: {text}", f"invalid value: {text}")


def _where(place: str) -> Where:
    """Follow msgspec's path through the values; `[...]` (some key of a mapping) ends it."""
    where: list[str | int] = []
    for key, index in _STEP.findall(place):
        if index == "...":
            break
        where.append(int(index) if index else key)
    return tuple(where)


def _check_texts(tree: Tree, value: Any, where: Where) -> None:
    """Both languages of every text are there and not empty (msgspec has checked that both keys exist)."""
    if isinstance(value, dict):
        if set(value) == {"vi", "en"}:
            for language, text in value.items():
                if not isinstance(text, str) or not text.strip():
                    raise tree.error((*where, language), "văn bản không được rỗng", "a text may not be empty")
        for key, inner in value.items():
            _check_texts(tree, inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_texts(tree, inner, (*where, index))
