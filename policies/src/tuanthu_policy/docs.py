"""All that is generated from the policy: documents and JSON Schemas. `python -m tuanthu_policy.docs [FOLDER]`."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tuanthu_policy import schema
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.docs_devices import devices_document
from tuanthu_policy.docs_facts import facts_document
from tuanthu_policy.docs_rules import rules_document
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.loader import load_policy
from tuanthu_policy.policy import Policy

DOCUMENTS: Final[Mapping[str, Callable[[Policy], str]]] = {
    "rules.vi.md": rules_document,
    "facts.md": facts_document,
    "devices.vi.md": lambda _policy: devices_document(load_devices()),
}
"""Name of the file → what writes it."""


def main(arguments: list[str]) -> None:
    """Write the documents into a folder; where none is named, into that of the checkout, with the schemas."""
    if not arguments:
        schema.main([])
    target = Path(arguments[0]) if arguments else policy_folder().parent / "docs"
    policy = load_policy()
    for name, write in DOCUMENTS.items():
        (target / name).write_text(write(policy), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
