"""Short ways to answers and entries."""

import copy
from functools import cache

import msgspec

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.yaml_tree import parse_yaml


def answer(status=200, body="", **headers):
    """Header fields by name; `_` stands for a hyphen, a list for several fields."""
    fields = [
        (name.replace("_", "-"), value)
        for name, given in headers.items()
        for value in (given if isinstance(given, list) else [given])
    ]
    return Answer(status, tuple(fields), body if isinstance(body, bytes) else body.encode())


@cache
def shipped():
    return load_devices()


@cache
def _raw(name):
    (file,) = (policy_folder() / "devices").glob(f"*/{name}.yml")
    return parse_yaml(file.read_text(encoding="utf-8"), file.name).value


def raw(name):
    """The values of a shipped entry's file, to be changed."""
    return copy.deepcopy(_raw(name))


def family(name, **changes):
    return msgspec.convert({**raw(name), **changes}, Family)
