"""A Linux machine with one product, out of a document: its files, processes and what its tools print.

Every file of `tests/assets/linux/` says where its content comes from: `provenance: captured | synthetic` and `source`.
"""

from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "linux"
PROVENANCES = {"captured", "synthetic"}


def load_document(path):
    """One document, with its provenance checked."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["provenance"] in PROVENANCES, path
    assert document["source"].strip(), path
    return document


def documents(folder):
    """All documents below a folder of `tests/assets/linux/`."""
    return sorted((FOLDER / folder).rglob("*.yml"))
