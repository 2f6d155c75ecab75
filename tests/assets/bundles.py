"""Signed bundles for tests, made without the collector's code."""

import shutil
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.assets.policies import small_policy
from tests.assets.signing import sign

from tuanthu_policy import published
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.envelope import b64url
from tuanthu_policy.policy import Bundle
from tuanthu_policy.published import PUBLISHED_TYPE, Published
from tuanthu_policy.tables import load_services

VENDOR = Path(__file__).parents[2] / "policies" / "devices" / "imou"


@lru_cache(maxsize=1)
def some_devices():
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(VENDOR, Path(folder) / VENDOR.name)
        return list(load_devices(Path(folder)).values())


def content(version: int = 1, policy=None, **changes) -> Published:
    values = {
        "schema_version": 1,
        "version": version,
        "published_at": datetime(2026, 11, 24, tzinfo=UTC),
        "policy": msgspec.json.decode((policy or small_policy()).bundle(), type=Bundle),
        "devices": some_devices(),
        "services": [load_services("dak-lak-health")],
    }
    return Published(**values | changes)


def public(key: Ed25519PrivateKey) -> str:
    return b64url(key.public_key().public_bytes_raw()).decode()


def signed(key: Ed25519PrivateKey, found: Published | bytes, *, header: dict | None = None) -> bytes:
    payload = found if isinstance(found, bytes) else published.written(found)
    return published.framed(sign(key, payload, PUBLISHED_TYPE, header), payload)
