"""Drafts of policies: taken from a folder, tried, and then published as they were tried, or discarded."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

import msgspec
import zstandard
from django.db import transaction

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.loader import load_policy
from tuanthu_policy.policy import Policy
from tuanthu_policy.published import MAX_BUNDLE_BYTES
from tuanthu_server.compliance import bundles, policies, trial_runs
from tuanthu_server.compliance.bundles import Given
from tuanthu_server.compliance.models import PolicyDraft, PolicyVersion, TrialState
from tuanthu_server.compliance.policy_archive import unpack
from tuanthu_server.errors import InputError
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

MOST_OPEN: Final = 20
"""Drafts that are neither published nor discarded; their trials take room."""
LONGEST_NOTE: Final = 300


def read_folder(folder: Path | None = None) -> tuple[Policy, Given]:
    """A policy and its tables, read whole and checked together; raises InputError with file, line and key."""
    try:
        policy = load_policy(folder)
        given = bundles.read_given(policy_folder() if folder is None else folder)
        bundles.check_together(policy, given)
    except PolicyError as error:
        raise InputError(error.vi, error.en) from None
    except RecursionError:
        raise InputError("Chính sách lồng nhau quá sâu", "The policy is nested too deep") from None
    return policy, given


def take_archive(archive: IO[bytes], source: str, by: str) -> PolicyDraft:
    """Keep the policy of a .zip as a draft and have it tried; raises InputError."""
    with TemporaryDirectory(prefix="tuanthu-policy-") as folder:
        unpack(archive, Path(folder))
        return take_folder(Path(folder), source, by)


def take_folder(folder: Path, source: str, by: str) -> PolicyDraft:
    """Keep the policy of a folder as a draft and have it tried; raises InputError."""
    return take(*read_folder(folder), source, by)


def take(policy: Policy, given: Given, source: str, by: str) -> PolicyDraft:
    """Keep a policy as a draft and have it tried; raises InputError.

    What is a draft already, with the same tables, is that draft, tried again.
    """
    tables = _packed(msgspec.json.encode(given, order="sorted"))
    with transaction.atomic():
        drafts = PolicyDraft.objects.select_for_update().filter(published_at=None)
        known = next((one for one in drafts.filter(digest=policy.digest) if bytes(one.tables) == tables), None)
        if known is None:
            known = _kept(policy, tables, source, by, len(drafts))
        trial_runs.ask(known)
    return known


def _kept(policy: Policy, tables: bytes, source: str, by: str, there: int) -> PolicyDraft:
    if there >= MOST_OPEN:
        raise InputError(
            f"Đã có {MOST_OPEN} dự thảo; hãy bỏ bớt dự thảo không dùng",
            f"There are {MOST_OPEN} drafts; discard those that are of no use",
        )
    made = PolicyDraft.objects.create(
        digest=policy.digest,
        body=_packed(policy.bundle()),
        tables=tables,
        source="".join(letter for letter in source if letter.isprintable())[-255:],
        added_at=datetime.now(UTC),
        added_by=by[:300],
    )
    record(Event.POLICY_DRAFTED, policy.digest, number=made.pk, name=made.source)
    return made


def draft_numbered(number: int) -> PolicyDraft | None:
    """A draft with its trial, published ones too."""
    return PolicyDraft.objects.select_related("trial").filter(pk=number).first()


def digest_of(number: int) -> str:
    """The policy of a draft by its digest; raises InputError for none."""
    found = draft_numbered(number)
    if found is None:
        raise InputError(f"Không có dự thảo số {number}", f"There is no draft {number}")
    return found.digest


def try_again(number: int) -> PolicyDraft:
    """Have a draft tried by the facts and against the policy of now; raises InputError."""
    with transaction.atomic():
        draft = _open(number)
        trial_runs.ask(draft)
    return draft


def publish(number: int, digest: str, reason: str, by: str) -> PolicyVersion:
    """Put a draft in force, exactly as it was tried; raises InputError.

    `digest` is that of the policy of which somebody saw what it would change. A trial that is not over, or that
    compared with another policy than the one in force, is none to publish by.
    """
    if not reason.strip():
        raise InputError("Cần nêu lý do ban hành", "A reason for publishing is needed")
    with transaction.atomic():
        draft = _open(number)
        if draft.digest != digest:
            raise InputError("Đây không phải bản đã thử", "This is not the policy that was tried")
        if draft.trial.state != TrialState.DONE:
            raise InputError("Hãy chờ thử xong rồi mới ban hành", "Wait for the trial to end before publishing")
        if draft.trial.present_digest != policies.in_force(datetime.now(UTC)).digest:
            raise InputError(
                "Từ khi thử đã có chính sách khác được ban hành; hãy thử lại rồi mới ban hành",
                "Another policy was published since the trial; try again before publishing",
            )
        version = put_in_force(trial_runs.policy_of(draft), _given(draft), None, reason.strip())
        draft.published_at, draft.published_by = datetime.now(UTC), by[:300]
        draft.save(update_fields=("published_at", "published_by"))
    return version


def put_in_force(policy: Policy, given: Given, since: datetime | None, note: str) -> PolicyVersion:
    """Publish a policy and its tables, both or neither; raises InputError.

    Assets are judged by the next `sweep`, the bundle for agents is signed by the next `bundles.refresh`.
    """
    with transaction.atomic():
        version = policies.publish(policy, since, note[:LONGEST_NOTE])
        bundles.publish_given(given)
    return version


def discard(number: int) -> None:
    """Delete a draft that was not published, with its trial; raises InputError."""
    with transaction.atomic():
        draft = _open(number)
        record(Event.POLICY_DRAFT_DISCARDED, draft.digest, number=number, name=draft.source)
        draft.delete()


def _open(number: int) -> PolicyDraft:
    found = PolicyDraft.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise InputError(f"Không có dự thảo số {number}", f"There is no draft {number}")
    if found.published_at is not None:
        raise InputError(f"Dự thảo số {number} đã được ban hành", f"Draft {number} was published already")
    return found


def _given(draft: PolicyDraft) -> Given:
    raw = zstandard.ZstdDecompressor().decompress(bytes(draft.tables), max_output_size=2 * MAX_BUNDLE_BYTES)
    return msgspec.json.decode(raw, type=Given)


def _packed(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=bundles.LEVEL).compress(raw)
