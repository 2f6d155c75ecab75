"""Two units with machines and devices, and short ways to let rules fail on them."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
import pytest
from tests.assets.certificates import chain_file, issue, pem
from tests.assets.people import person
from tests.assets.receivers import HttpReceiver

from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.models import RuleName, RuleResult, RuleTransition
from tuanthu_server.compliance.policies import publish
from tuanthu_server.config import load_config
from tuanthu_server.inventory.models import Asset
from tuanthu_server.notifications import telling
from tuanthu_server.notifications.kinds import RULES, Kind
from tuanthu_server.notifications.models import Subscription
from tuanthu_server.units.models import Unit

NOON = datetime(2026, 11, 25, 5, tzinfo=UTC)
"""Twelve o'clock in Viet Nam."""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DEFAULT_LOGIN = "device.no_default_credentials"
KEY = "k" * 40


@lru_cache(maxsize=1)
def few_rules() -> Policy:
    """Some of the shipped rules, with the main framework's clauses left out."""
    whole = load_policy()
    wanted = [*RULES, "device.telnet_closed", "firewall.enabled"]
    return Policy(whole.kinds.values(), [rule for name, rule in whole.rules.items() if name in wanted], [])


class World:
    """The department's register with two units."""

    def __init__(self) -> None:
        publish(few_rules(), LONG_AGO)
        self.station = self.unit("TYT-07", "Trạm Y tế xã Ea Tíu")
        self.hospital = self.unit("BV-LẠ", "Bệnh viện khác")

    def unit(self, code: str, name: str) -> Unit:
        return Unit.objects.create(code=code, name=name, created_at=NOON)

    def asset(self, unit: Unit, name: str, role: str = "device", seen: datetime | None = NOON) -> Asset:
        return Asset.objects.create(unit=unit, name=name, role=role, created_at=NOON, last_seen_at=seen,
                                    device_key=f"ip:{name}" if role == "device" else "")  # fmt: skip

    def turn(self, asset: Asset, outcome: Outcome, rule: str = DEFAULT_LOGIN, at: datetime = NOON) -> None:
        """As the judge writes it."""
        number = RuleName.objects.get(code=rule)
        old = RuleResult.objects.filter(asset=asset, rule=number).first()
        before = old.outcome if old else None
        RuleResult.objects.filter(asset=asset, rule=number).delete()
        RuleResult.objects.create(asset=asset, rule=number, outcome=outcome, decided_by="", reason="", since=at)
        RuleTransition.objects.create(asset=asset, rule=number, from_outcome=before, to_outcome=outcome, at=at)

    def fail(self, asset: Asset, rule: str = DEFAULT_LOGIN, at: datetime = NOON) -> None:
        self.turn(asset, Outcome.FAIL, rule, at)


@pytest.fixture
def world(db) -> World:
    return World()


@pytest.fixture
def config():
    """Settings of this run, with receivers on loopback."""
    return msgspec.structs.replace(load_config(), webhook_key=KEY, webhook_private=True, digest_time="23:59")


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    """A server's context for `localhost`, and the CA that made its certificate."""
    folder = tmp_path_factory.mktemp("tls")
    ca = issue("CA của Sở")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain_file(folder / "server.pem", issue("localhost", ca)))
    (folder / "ca.pem").write_bytes(pem(ca[0]))
    return context, str(folder / "ca.pem")


@pytest.fixture
def receiver():
    with HttpReceiver() as one:
        yield one


@pytest.fixture
def subscribe(world, receiver):
    """A person with a subscription to the receiver."""

    def make(name="bà-hằng", role=Role.ADMINISTRATOR, *units, kinds=tuple(Kind.values), **more) -> Subscription:
        more = {"channel": "webhook", "address": receiver.url(f"/{name}".encode().hex()), "created_at": LONG_AGO} | more
        return Subscription.objects.create(user=person(name, role, *units), kinds=list(kinds), **more)

    return make


@pytest.fixture
def began(world, config):
    """Notifications that have looked once."""
    telling.look(config, NOON - timedelta(hours=1))
    return config
