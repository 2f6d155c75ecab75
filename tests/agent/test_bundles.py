"""The collector's bundle on the agent's side: believed by the pinned key alone, never older, kept whole or not at all."""

import json
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assets.bundles import content, public, signed, some_devices
from tests.assets.policies import small_policy, swapped_policy

from tuanthu_agent import identity as identities
from tuanthu_agent import jobs, signing
from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.reachability import targets
from tuanthu_agent.errors import TransportError
from tuanthu_agent.host import Host
from tuanthu_agent.published import keeping, pulling
from tuanthu_agent.published.choosing import choose
from tuanthu_agent.published.errors import BundleError
from tuanthu_agent.published.verifying import verify
from tuanthu_agent.scanner.outfit import fitted_out
from tuanthu_agent.scheduler import Schedule
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_policy.envelope import b64url
from tuanthu_policy.scan_scope import ScanScope
from tuanthu_policy.services import Service, ServiceSet
from tuanthu_policy.text import Text

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


class Collector:
    """What a transport is asked for, and answers."""

    def __init__(self, raw: bytes | None = None, key: str = "") -> None:
        self.raw, self.key, self.asked = raw, key or public(KEY), []

    def get(self, path, headers, most):
        self.asked.append((path, headers.get("If-None-Match")))
        if path == "publisher":
            return 200, json.dumps({"key": self.key}).encode()
        if self.raw is None:
            return 204, b""
        if headers.get("If-None-Match") == verify(self.raw, public(KEY)).tag:
            return 304, b""
        return 200, self.raw


def identity(publisher: str = "") -> identities.Identity:
    return identities.Identity(
        agent="0190d2f0-0000-7000-8000-000000000001", server="https://x:1", unit_code="A", unit_name="A",
        enrolled_at=datetime.now(UTC), pinned=True, publisher=publisher,
    )  # fmt: skip


@pytest.fixture
def enrolled_here(config):
    identities.save(config.data_dir, identity(public(KEY)))
    return config


def pull(config, collector, spool=None):
    known = identities.load(config.data_dir)
    signer = signing.load_or_create(config.data_dir)
    return pulling.pull(collector, signer, known, config.data_dir, MemorySpool() if spool is None else spool)


def code(raised) -> str:
    return raised.value.code


def test_a_pulled_bundle_is_used_instead_of_the_package(enrolled_here):
    assert choose(enrolled_here).bundle is None
    assert pull(enrolled_here, Collector(signed(KEY, content(3)))).version == 3
    chosen = choose(enrolled_here)
    assert (chosen.policy().digest, chosen.refused) == (small_policy().digest, None)
    assert list(chosen.devices()) == [one.id for one in some_devices()]


def test_what_is_known_is_not_sent_again(enrolled_here):
    collector = Collector(signed(KEY, content(3)))
    pull(enrolled_here, collector)
    assert pull(enrolled_here, collector) is None
    assert [tag is None for _, tag in collector.asked] == [True, False]
    assert pull(enrolled_here, Collector(None)) is None
    assert choose(enrolled_here).bundle.version == 3


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (signed(OTHER, content(4)), "bundle-signature"),
        (signed(KEY, content(4), header={"alg": "none", "typ": "tuanthu-bundle+json"}), "bundle-signature"),
        (signed(KEY, content(4), header={"alg": "Ed25519", "typ": "tuanthu-scan-scope+jws"}), "bundle-signature"),
        (signed(KEY, content(4), header={"alg": "Ed25519", "typ": "tuanthu-bundle+json", "crit": []}), "bundle-signature"),
        (signed(KEY, content(4)).replace(b'"version":4', b'"version":5'), "bundle-signature"),
        (b"", "bundle-signature"),
        (b"\n" * 100, "bundle-signature"),
        (signed(KEY, content(2)), "bundle-older"),
        (signed(KEY, content(3, swapped_policy())), "bundle-older"),
        (signed(KEY, b"{}"), "bundle-invalid"),
        (signed(KEY, b'{"schema_version":2}'), "bundle-invalid"),
        (signed(KEY, content(4, devices=[])), "bundle-invalid"),
        (signed(KEY, content(4, devices=[*some_devices(), *some_devices()])), "bundle-invalid"),
        (signed(KEY, msgspec.json.encode(msgspec.to_builtins(content(4)) | {"more": 1})), "bundle-invalid"),
        (b"x" * (8 * 1024 * 1024 + 1), "bundle-too-large"),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_leaves_the_former(enrolled_here, raw, word):
    former = signed(KEY, content(3))
    pull(enrolled_here, Collector(former))
    collector = Collector(former)
    collector.get = lambda *_: (200, raw)
    with pytest.raises(BundleError) as raised:
        pull(enrolled_here, collector)
    assert code(raised) == word
    assert (enrolled_here.data_dir / keeping.BUNDLE_FILE).read_bytes() == former
    assert choose(enrolled_here).bundle.version == 3


GENUINE = signed(KEY, content(3))


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, len(GENUINE) - 1), change=st.integers(1, 255), way=st.sampled_from(["flip", "cut", "add"]))
def test_no_change_of_any_byte_is_ever_believed(place, change, way):
    raw = bytearray(GENUINE)
    if way == "flip":
        raw[place] ^= change
    elif way == "cut":
        del raw[place : place + change]
    else:
        raw[place:place] = bytes([change])
    with pytest.raises(BundleError):
        verify(bytes(raw), public(KEY))


def test_a_damaged_file_is_told_and_the_package_is_used(enrolled_here):
    pull(enrolled_here, Collector(signed(KEY, content(3))))
    path = enrolled_here.data_dir / keeping.BUNDLE_FILE
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    chosen = choose(enrolled_here)
    assert chosen.bundle is None
    assert "KHÔNG đúng" in chosen.refused.vi
    assert chosen.policy().rules.keys() != small_policy().rules.keys()


def test_even_after_its_file_was_lost_nothing_older_is_taken(enrolled_here):
    spool = MemorySpool()
    pull(enrolled_here, Collector(signed(KEY, content(3))), spool)
    (enrolled_here.data_dir / keeping.BUNDLE_FILE).unlink()
    with pytest.raises(BundleError) as raised:
        pull(enrolled_here, Collector(signed(KEY, content(2))), spool)
    assert code(raised) == "bundle-older"
    assert pull(enrolled_here, Collector(signed(KEY, content(3))), spool).version == 3


def test_the_publisher_is_pinned_once_and_never_replaced(config):
    identities.save(config.data_dir, identity())
    pull(config, Collector(signed(KEY, content(1))))
    assert identities.load(config.data_dir).publisher == public(KEY)
    with pytest.raises(BundleError):
        pull(
            config, type("Other", (Collector,), {"get": lambda *_: (200, signed(OTHER, content(9)))})(key=public(OTHER))
        )
    assert identities.load(config.data_dir).publisher == public(KEY)


@pytest.mark.parametrize("key", ["", "x", b64url(bytes(31)).decode(), "ă"])
def test_a_collector_that_names_no_key_is_asked_for_nothing(config, key):
    identities.save(config.data_dir, identity())
    collector = Collector(signed(KEY, content(1)))
    collector.key = key
    assert pull(config, collector) is None
    assert [path for path, _ in collector.asked] == ["publisher"]


def test_an_older_collector_has_no_bundle(config):
    identities.save(config.data_dir, identity())

    class Older(Collector):
        def get(self, path, headers, most):
            raise TransportError("x", "x", permanent=False, code="not-a-collector")

    assert pull(config, Older()) is None


def test_published_services_are_those_that_are_tried(enrolled_here):
    one = Service(id="his", title=Text("x", "x"), url="https://his.example/x", required=True, source="x")
    sets = [ServiceSet(set="dak-lak-health", title=Text("x", "x"), services=[one])]
    told = Settings(data_dir=str(enrolled_here.data_dir))
    assert len(targets.choose(Findings(), told)) > 1
    pull(enrolled_here, Collector(signed(KEY, content(1, services=sets))))
    assert [(target.id, target.host) for target in targets.choose(Findings(), told)] == [("his", "his.example")]
    (enrolled_here.data_dir / "services.json").write_text('{"sets": {"dak-lak-health": [{"id": 1}]}}')
    assert len(targets.choose(Findings(), told)) > 1


def test_the_collector_is_asked_at_once_and_then_by_chance_hours_later(enrolled):
    spool = jobs.open_configured(enrolled)
    assert jobs.next_bundle(spool) <= time.time()
    assert jobs.refresh_bundle(enrolled, spool) is None  # this one is older and has no bundle
    assert 4 * 3600 - 60 < jobs.next_bundle(spool) - time.time() < 6 * 3600
    spool.put({"next:bundle": "9e99"})
    assert jobs.next_bundle(spool) <= time.time()
    spool.close()


def test_the_child_of_the_resident_asks_once_it_has_collected(enrolled):
    spool, order = MemorySpool(), []

    def bundle(_, kept):
        order.append("bundle")
        kept.put({"next:bundle": str(time.time() + 5 * 3600)})

    for _ in range(2):
        Schedule(
            enrolled, spool, lambda *_: order.append("collect"), lambda *_: None, lambda *_: True, bundle=bundle
        ).run()
    assert order == ["collect", "bundle"]


def test_a_scan_is_fitted_out_with_the_catalogue_that_was_pulled(enrolled_here, tmp_path):
    pull(enrolled_here, Collector(signed(KEY, content(3))))
    now = datetime.now(UTC)
    scope = ScanScope(
        schema_version=1, id="0190d2f0-0000-7000-8000-000000000001", unit="A", networks=["127.0.0.0/30"],
        authorisation="x", issued_at=now, not_before=now, not_after=now + timedelta(days=1),
    )  # fmt: skip
    catalogue = choose(enrolled_here).devices()
    with fitted_out(scope, tmp_path / "scan", Host(tmp_path), discover_only=True, catalogue=catalogue) as (means, _):
        assert list(means.catalogue) == [one.id for one in some_devices()]
