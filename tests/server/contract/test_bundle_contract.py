"""What the collector signs is what the agent believes."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from tests.assets.bundles import VENDOR
from tests.assets.policies import small_policy, swapped_policy

from tuanthu_agent.published.errors import BundleError
from tuanthu_agent.published.verifying import verify
from tuanthu_policy.envelope import b64url
from tuanthu_policy.errors import PolicyError
from tuanthu_server.compliance import bundles, policies
from tuanthu_server.compliance.models import AgentBundle, TablesVersion
from tuanthu_server.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """A policy folder with one vendor."""
    shutil.copytree(VENDOR, tmp_path / "policy" / "devices" / VENDOR.name)
    return tmp_path / "policy"


@pytest.fixture
def publishing(transactional_db, monkeypatch, tmp_path, folder):
    monkeypatch.setattr(bundles, "key_path", lambda: tmp_path / "bundle.key")
    policies.publish(small_policy())
    bundles.ensure_key()
    bundles.publish_tables(folder)


def believed(row: AgentBundle):
    raw = zstandard.ZstdDecompressor().decompress(bytes(row.body))
    found = verify(raw, b64url(bundles.publisher()).decode())
    assert found.tag == row.tag == bundles.newest()[1]
    return found


def test_the_agent_believes_it_and_has_the_same_policy(publishing):
    found = believed(bundles.refresh())
    assert found.policy.digest == small_policy().digest
    assert found.published.devices
    assert {one.set for one in found.published.services} == {"dak-lak-health"}


def test_it_is_made_anew_only_when_something_changed_and_its_number_grows(publishing, folder):
    first = bundles.refresh()
    assert bundles.refresh().version == first.version
    policies.publish(swapped_policy(), datetime.now(UTC) + timedelta(hours=1))
    assert bundles.refresh().version == first.version
    later = bundles.refresh(datetime.now(UTC) + timedelta(hours=2))
    assert later.version > first.version
    assert believed(later).policy.digest == swapped_policy().digest
    entry = next((folder / "devices" / VENDOR.name).glob("*.yml"))
    entry.write_text(entry.read_text(encoding="utf-8").replace("vi: ", "vi: Nay ", 1), encoding="utf-8")
    bundles.publish_tables(folder)
    assert bundles.refresh(datetime.now(UTC) + timedelta(hours=2)).version > later.version


def test_a_folder_of_rules_alone_leaves_the_catalogue_that_was_published(publishing, tmp_path):
    (tmp_path / "rules only").mkdir()
    assert bundles.publish_tables(tmp_path / "rules only") is None
    assert len(believed(bundles.refresh()).published.devices) == len(list(VENDOR.glob("*.yml")))


def test_a_broken_catalogue_is_not_published(publishing, folder):
    next((folder / "devices" / VENDOR.name).glob("*.yml")).write_text("id: x\n", encoding="utf-8")
    with pytest.raises(PolicyError):
        bundles.publish_tables(folder)
    assert TablesVersion.objects.count() == 1


def test_another_key_never_signs_for_a_collector_that_has_signed(publishing, monkeypatch, tmp_path):
    bundles.refresh()
    monkeypatch.setattr(bundles, "key_path", lambda: tmp_path / "other.key")
    bundles.ensure_key()
    assert not Path(tmp_path / "other.key").exists()
    bundles.keys.create(tmp_path / "other.key")
    policies.publish(swapped_policy())
    with pytest.raises(InputError):
        bundles.refresh()
    assert AgentBundle.objects.count() == 1


def test_what_was_changed_in_the_database_is_not_believed(publishing):
    row = bundles.refresh()
    raw = zstandard.ZstdDecompressor().decompress(bytes(row.body))
    for changed in (raw[:-1], raw.replace(b"alpha.good", b"alpha.evil"), raw[1:]):
        with pytest.raises(BundleError):
            verify(changed, b64url(bundles.publisher()).decode())
