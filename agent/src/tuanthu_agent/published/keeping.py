"""The bundle in the data folder: replaced whole or not at all, and verified whenever it is used."""

from pathlib import Path
from typing import Final

import msgspec

from tuanthu_agent.files import write_private
from tuanthu_agent.identity import Identity
from tuanthu_agent.published.errors import BundleError
from tuanthu_agent.published.services import SERVICES_FILE
from tuanthu_agent.published.verifying import Verified, verify
from tuanthu_policy.published import MAX_BUNDLE_BYTES

BUNDLE_FILE: Final = "bundle.jws"


def load(data_dir: Path, identity: Identity) -> Verified | None:
    """What is kept; None where nothing is. Raises BundleError for what cannot be believed."""
    try:
        with (data_dir / BUNDLE_FILE).open("rb") as file:
            raw = file.read(MAX_BUNDLE_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BundleError(
            "bundle-unreadable",
            f"Không đọc được {data_dir / BUNDLE_FILE}: {error.strerror}",
            f"Cannot read {data_dir / BUNDLE_FILE}: {error.strerror}",
        ) from None
    return verify(raw, identity.publisher)


def store(data_dir: Path, found: Verified) -> None:
    """Keep a verified bundle; raises TuanthuError.

    The services go into a file of their own, for collectors that must not load what it takes to verify. They are
    written first: a machine that stops in between asks for the bundle again.
    """
    services = {
        "version": found.version,
        "sets": {
            one.set: [
                {"id": each.id, "url": each.url, "required": each.required, "expected": each.expected}
                for each in one.services
            ]
            for one in found.published.services
        },
    }
    write_private(data_dir / SERVICES_FILE, msgspec.json.encode(services))
    write_private(data_dir / BUNDLE_FILE, found.raw)
