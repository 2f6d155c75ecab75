"""Strict YAML: what an author sees is what the program reads, and every error has its line.

Plain scalars follow YAML 1.2's core schema, narrowed: `true`, `false`, whole numbers without leading zeros and decimal
fractions; everything else is text, also `no`, `010`, `12:30:45` and dates. Duplicate keys, null, anchors, merge keys,
tags and more than one document are refused.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from tuanthu_policy.errors import PolicyError

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
_FRACTION: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_REFUSED: Final = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)
DEEPEST: Final = 60
"""Collections within each other. The parser below goes as deep as a file does, and the stack of the process ends it."""
_OPENS: Final = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSES: Final = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Where = tuple[str | int, ...]


def key_text(where: Where) -> str:
    """`("condition", "all", 1, "is")` → `condition.all[1].is`."""
    text = ""
    for step in where:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


@dataclass(slots=True)
class Tree:
    """The values of a file, and on which line each stands."""

    file: str
    value: Any = None
    lines: dict[Where, int] = field(default_factory=dict)

    def line_of(self, where: Where) -> int:
        """The line of that place, or of the nearest place around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def error(self, where: Where, vi: str, en: str) -> PolicyError:
        """A PolicyError at that place of this file."""
        return PolicyError(vi, en, self.file, self.line_of(where), key_text(where))


def parse_yaml(text: str, file: str) -> Tree:
    """Read one strict document whose top is a mapping; raises PolicyError."""
    tree = Tree(file)
    try:
        tokens = _refused_tokens(text, file)
        root = None if tokens else yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise PolicyError(f"YAML sai cú pháp: {error.problem}", f"invalid YAML: {error.problem}", file, line) from None
    except yaml.YAMLError as error:
        raise PolicyError(f"không đọc được YAML: {error}", f"YAML cannot be read: {error}", file) from None
    if tokens:
        line = tokens[0].start_mark.line + 1
        raise PolicyError(
            "không dùng neo (&), bí danh (*) và thẻ (!)",
            "anchors (&), aliases (*) and tags (!) are refused",
            file,
            line,
        )
    if not isinstance(root, yaml.MappingNode):
        raise PolicyError("tệp phải là một ánh xạ khóa: giá trị", "the file must be a mapping of keys", file, 1)
    tree.value = _value(root, (), tree)
    return tree


def _refused_tokens(text: str, file: str) -> list[Any]:
    """What a strict file may not have; raises PolicyError for one that nests too deep, before anything follows it."""
    refused, depth = [], 0
    for token in yaml.scan(text, _LOADER):
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if depth > DEEPEST:
            raise PolicyError(
                f"lồng nhau quá sâu, tối đa {DEEPEST} tầng",
                f"nested too deep, {DEEPEST} levels at most",
                file,
                token.start_mark.line + 1,
            )
        if isinstance(token, _REFUSED):
            refused.append(token)
    return refused


def _value(node: yaml.Node, where: Where, tree: Tree) -> Any:
    tree.lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, tree)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*where, index), tree) for index, child in enumerate(node.value)]
    return _scalar(node, where, tree)


def _mapping(node: yaml.MappingNode, where: Where, tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if not isinstance(key_node, yaml.ScalarNode) or not key or key == "<<":
            place = key_text(where)
            raise PolicyError(
                "khóa phải là chuỗi; không dùng <<", "a key is a text; << is refused", tree.file,
                key_node.start_mark.line + 1, place,
            )  # fmt: skip
        inner = (*where, key)
        if key in found:
            line = key_node.start_mark.line + 1
            raise PolicyError(
                f"khóa {key!r} bị lặp (đã có ở dòng {tree.lines[inner]})",
                f"duplicate key {key!r} (first on line {tree.lines[inner]})",
                tree.file,
                line,
                key_text(inner),
            )
        tree.lines[inner] = key_node.start_mark.line + 1
        found[key] = _value(value_node, inner, tree)
    return found


def _scalar(node: Any, where: Where, tree: Tree) -> Any:
    text: str = node.value
    plain = not node.style
    if plain and text in _NULL:
        raise tree.error(
            where, "giá trị để trống; bỏ khóa hoặc ghi giá trị", "empty value; leave the key out or fill it"
        )
    if not plain:
        return text
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
