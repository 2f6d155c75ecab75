"""The signed bundle: what agents judge and scan by, made anew whenever policy, device catalogue or services change."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from tuanthu_policy import published
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.envelope import b64url, signing_input
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.policy import Bundle, Policy
from tuanthu_policy.published import (
    LONGEST_SIGNATURE,
    MAX_BUNDLE_BYTES,
    PUBLISHED_TYPE,
    PUBLISHED_VERSION,
    Published,
)
from tuanthu_policy.services import ServiceSet
from tuanthu_policy.tables import load_services
from tuanthu_policy.text import Text
from tuanthu_server.authority import keys
from tuanthu_server.compliance.models import AgentBundle, PolicyVersion, TablesVersion
from tuanthu_server.compliance.policies import PolicyInForce, in_force
from tuanthu_server.errors import InputError

KEY_NAME: Final = "bundle.key"
ALGORITHM: Final = "Ed25519"
LEVEL: Final = 10


class Tables(msgspec.Struct, frozen=True):
    """What stands beside the policy in a bundle."""

    devices: list[Family]
    services: list[ServiceSet]


def key_path() -> Path:
    """Where the signing key lies."""
    folder: Path = settings.CONFIG.data_dir
    return folder / KEY_NAME


def ensure_key() -> None:
    """Make the signing key of a new collector; one that has signed before never gets another by itself."""
    if not key_path().exists() and not AgentBundle.objects.exists():
        keys.create(key_path())


class Given(msgspec.Struct, frozen=True):
    """The tables that a policy's folder has; None for those that it leaves as they are."""

    devices: list[Family] | None = None
    services: list[ServiceSet] | None = None


def read_given(folder: Path) -> Given:
    """The tables of a policy's folder; raises PolicyError."""
    return Given(
        list(load_devices(folder / "devices").values()) if (folder / "devices").is_dir() else None,
        _services_of(folder) if (folder / "services").is_dir() else None,
    )


def publish_tables(folder: Path | None = None) -> TablesVersion | None:
    """Take the device catalogue and the services of a policy folder, where it has them; raises PolicyError."""
    return publish_given(read_given(policy_folder() if folder is None else folder))


def publish_given(given: Given) -> TablesVersion | None:
    """Take these tables; where there are none, those that were published before stay."""
    if given == Given():
        return None
    with transaction.atomic():
        raw = msgspec.json.encode(_whole(given), order="sorted")
        digest = hashlib.sha256(raw).hexdigest()
        last = TablesVersion.objects.order_by("-pk").first()
        if last is not None and last.digest == digest:
            return last
        body = zstandard.ZstdCompressor(level=LEVEL).compress(raw)
        return TablesVersion.objects.create(digest=digest, body=body, published_at=datetime.now(UTC))


def check_together(policy: Policy, given: Given) -> None:
    """Whether agents could take this policy with these tables; raises PolicyError or InputError."""
    tables = _whole(given)
    whole = Published(
        schema_version=PUBLISHED_VERSION,
        version=0,
        published_at=datetime.now(UTC),
        policy=msgspec.json.decode(policy.bundle(), type=Bundle),
        devices=tables.devices,
        services=tables.services,
    )
    published.check(whole)
    _check_size(len(published.written(whole)) + LONGEST_SIGNATURE)


def _whole(given: Given) -> Tables:
    """What there will be once these are published: beside them those of before, or the shipped ones."""
    last = TablesVersion.objects.order_by("-pk").first()
    before = None if last is None else _tables(last)
    devices, services = given.devices, given.services
    if devices is None:
        devices = before.devices if before else list(load_devices(policy_folder()).values())
    if services is None:
        services = before.services if before else _services_of(policy_folder())
    return Tables(devices, services)


def _services_of(folder: Path) -> list[ServiceSet]:
    return [load_services(file.stem, folder) for file in sorted((folder / "services").glob("*.yml"))]


def _check_size(size: int) -> None:
    if size > MAX_BUNDLE_BYTES:
        raise InputError(
            f"Gói chính sách lớn {size} byte, quá {MAX_BUNDLE_BYTES}", f"The bundle has {size} bytes, too many"
        )


def refresh(now: datetime | None = None) -> AgentBundle | None:
    """The bundle of what is in force now, signed anew where that has changed.

    None where nothing was published yet, or this process has no key; raises InputError for a key that is another one.
    """
    moment = now or datetime.now(UTC)
    if (settled := _settled(moment)) is not None:
        return settled
    with transaction.atomic():
        # The row is the lock: two processes do not make two bundles.
        tables = TablesVersion.objects.select_for_update().order_by("-pk").first()
        last = AgentBundle.objects.order_by("-version").first()
        if tables is None or not key_path().exists():
            return last
        try:
            policy = in_force(moment)
        except InputError:
            return last
        if last is not None and (last.policy_digest, last.tables_id) == (policy.digest, tables.pk):
            return last
        key = keys.load_private(key_path())
        raw_key = key.public_key().public_bytes_raw()
        if last is not None and bytes(last.publisher) != raw_key:
            raise InputError(
                f"{key_path()} không phải khóa đã ký các gói trước; máy trạm sẽ không nhận. Hãy khôi phục khóa cũ.",
                f"{key_path()} is not the key that signed the bundles before; agents would refuse it. Restore the old.",
            )
        version = max(int(moment.timestamp()), 0 if last is None else last.version + 1)
        return _make(policy, tables, key, version, moment)


def _settled(moment: datetime) -> AgentBundle | None:
    """The newest bundle, if it holds what is in force: asked without loading a policy or holding anybody up."""
    last = AgentBundle.objects.defer("body").order_by("-version").first()
    tables = TablesVersion.objects.order_by("-pk").values_list("pk", flat=True).first()
    versions = PolicyVersion.objects.filter(in_force_from__lte=moment).order_by("-in_force_from")
    digest = versions.values_list("digest", flat=True).first()
    return last if last is not None and (last.policy_digest, last.tables_id) == (digest, tables) else None


def _make(
    policy: PolicyInForce, tables: TablesVersion, key: Ed25519PrivateKey, version: int, moment: datetime
) -> AgentBundle:
    beside = _tables(tables)
    whole = Published(
        schema_version=PUBLISHED_VERSION,
        version=version,
        published_at=moment,
        policy=msgspec.json.decode(policy.policy.bundle(), type=Bundle),
        devices=beside.devices,
        services=beside.services,
    )
    try:
        published.check(whole)
    except PolicyError as error:
        raise InputError(error.vi, error.en) from None
    raw = sign(published.written(whole), key)
    _check_size(len(raw))
    return AgentBundle.objects.create(
        version=version,
        policy_digest=policy.digest,
        tables=tables,
        publisher=key.public_key().public_bytes_raw(),
        tag=published.entity_tag(raw, version),
        body=zstandard.ZstdCompressor(level=LEVEL).compress(raw),
        published_at=moment,
    )


def sign(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The bundle as it is sent."""
    # Not by the JWS library, which reads no payload of this size.
    header = b64url(msgspec.json.encode({"alg": ALGORITHM, "typ": PUBLISHED_TYPE}))
    signature = b64url(key.sign(signing_input(header, payload)))
    return published.framed(f"{header.decode()}..{signature.decode()}", payload)


def newest() -> tuple[int, str] | None:
    """Version and ETag of the bundle that is handed out."""
    return AgentBundle.objects.order_by("-version").values_list("version", "tag").first()


def body_of(version: int) -> bytes:
    """A bundle as it is sent, zstd."""
    return bytes(AgentBundle.objects.values_list("body", flat=True).get(version=version))


def publisher() -> bytes | None:
    """The raw public key by which bundles verify; None where none was made yet."""
    found = AgentBundle.objects.order_by("-version").values_list("publisher", flat=True).first()
    return None if found is None else bytes(found)


def services() -> Mapping[str, Text]:
    """What the health systems are called, by id; empty before any were published."""
    last = TablesVersion.objects.order_by("-pk").values_list("digest", flat=True).first()
    return {} if last is None else _titles_of(last)


class _Services(msgspec.Struct, frozen=True):
    """Of the tables only what `services` needs; the catalogue of devices is long."""

    services: list[ServiceSet]


@lru_cache(maxsize=2)
def _titles_of(digest: str) -> Mapping[str, Text]:
    row = TablesVersion.objects.filter(digest=digest).order_by("-pk")[0]
    found = msgspec.json.decode(_unpacked(row), type=_Services)
    return {one.id: one.title for each in found.services for one in each.services}


def _tables(row: TablesVersion) -> Tables:
    return msgspec.json.decode(_unpacked(row), type=Tables)


def _unpacked(row: TablesVersion) -> bytes:
    return zstandard.ZstdDecompressor().decompress(bytes(row.body), max_output_size=2 * MAX_BUNDLE_BYTES)
