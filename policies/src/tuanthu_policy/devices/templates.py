"""Filling in `{name}`; `{{` stands for a brace. Nothing else is special, and what is filled in is never read again."""

import re
from collections.abc import Mapping
from typing import Any, Final

_PART: Final = re.compile(r"\{\{|\{(?P<name>[a-z][a-z0-9_]*)\}|\{")


class TemplateError(ValueError):
    """A brace that is none, or a variable that has no value; the text is its name."""


def names_in(template: str) -> set[str]:
    """The variables of a template; raises TemplateError for a single brace."""
    found: set[str] = set()
    for part in _PART.finditer(template):
        if part[0] == "{":
            raise TemplateError("{")
        if part["name"]:
            found.add(part["name"])
    return found


def fill(template: str, variables: Mapping[str, str]) -> str:
    """The text; raises TemplateError."""

    def value(part: re.Match[str]) -> str:
        if part[0] == "{{":
            return "{"
        if part["name"] is None or part["name"] not in variables:
            raise TemplateError(part["name"] or "{")
        return variables[part["name"]]

    return _PART.sub(value, template)


def fill_tree(value: Any, variables: Mapping[str, str]) -> Any:
    """JSON values with every text filled in, keys as they are; raises TemplateError."""
    if isinstance(value, str):
        return fill(value, variables)
    if isinstance(value, list):
        return [fill_tree(one, variables) for one in value]
    if isinstance(value, dict):
        return {key: fill_tree(one, variables) for key, one in value.items()}
    return value


def texts_in(value: Any) -> list[str]:
    """Every text of a JSON value that is a template."""
    if isinstance(value, str):
        return [value]
    inner = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return [text for one in inner for text in texts_in(one)]
