"""When the child of the resident asks for the order and leaves word to scan."""

import time
from datetime import UTC, datetime

import msgspec
import pytest
from tests.agent.scanning.conftest import scope_now

from tuanthu_agent import identity
from tuanthu_agent.errors import TransportError
from tuanthu_agent.files import write_private
from tuanthu_agent.scanner.errors import ScopeError
from tuanthu_agent.scanner.turn import ScanRunningError, alone
from tuanthu_agent.scanning import calling, order
from tuanthu_agent.scheduler import Schedule
from tuanthu_agent.service import take_word
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_policy.envelope import ScanOrder

HOUR = 3600.0


@pytest.fixture
def designated(enrolled, authority):
    """An enrolled agent with a pinned authority."""
    me = msgspec.structs.replace(identity.load(enrolled.data_dir), authority=authority.text)
    identity.save(enrolled.data_dir, me)
    return enrolled


class Collector:
    """Gives an order, or fails."""

    def __init__(self, authority, scope=None, error=None):
        self.authority, self.scope, self.error, self.asked = authority, scope, error, 0

    def __call__(self, config, spool):
        self.asked += 1
        if self.error is not None:
            raise self.error
        if self.scope is None:
            order.forget(config.data_dir)
            return None
        keep(config, self.authority, self.scope)
        return order.kept_duty(config.data_dir, identity.load(config.data_dir))


def keep(config, authority, scope):
    """As if the collector had just confirmed it."""
    given = msgspec.convert(authority.order(scope), ScanOrder)
    agent = identity.load(config.data_dir).agent
    kept = order.Kept(agent=agent, confirmed_at=datetime.now(UTC), order=given)
    write_private(config.data_dir / calling.ORDER_FILE, msgspec.json.encode(kept))


def run(config, spool, ask):
    nothing = lambda config, spool: None  # noqa: E731
    schedule = Schedule(config, spool, nothing, nothing, lambda *_: True, order=ask)
    due = schedule.run()
    assert schedule.failures == []
    return due


def word(config):
    return take_word(str(config.data_dir / calling.NOW_FILE))


def test_the_collector_is_asked_at_once_and_then_every_few_hours(designated, authority):
    spool, ask = MemorySpool(), Collector(authority)
    run(designated, spool, ask)
    run(designated, spool, ask)
    assert ask.asked == 1
    wait = float(spool.get("next:scan-order")) - time.time()
    assert calling.ORDER_PAUSE[0] - 60 < wait <= calling.ORDER_PAUSE[1]


def test_an_agent_without_authority_or_with_the_setting_off_never_asks(enrolled, designated, authority):
    ask = Collector(authority, scope_now())
    run(msgspec.structs.replace(designated, scan="off"), MemorySpool(), ask)
    identity.save(enrolled.data_dir, msgspec.structs.replace(identity.load(enrolled.data_dir), authority=""))
    run(enrolled, MemorySpool(), ask)
    assert ask.asked == 0
    assert word(enrolled) is None


def test_when_the_run_is_due_word_is_left_once_and_the_order_was_asked_for_anew(designated, authority):
    spool, ask = MemorySpool(), Collector(authority, scope_now())
    spool.put({"next:scan-order": str(time.time() + 2 * HOUR)})
    keep(designated, authority, scope_now())
    planned = calling.next_run(designated, spool, identity.load(designated.data_dir))
    if planned.start > time.time():  # the unit's minute of today is still to come
        spool.put({"scan:done": ""})
        due = run(designated, spool, ask)
        assert due <= planned.start + 1
        return
    run(designated, spool, ask)
    opens, closes = word(designated)
    assert opens <= time.time() < closes
    assert ask.asked == 1
    run(designated, spool, ask)
    assert word(designated) is None, "the pause is kept"


@pytest.fixture
def due_now(monkeypatch):
    """Every window's minute is its first."""
    from tuanthu_agent.scanning import plan

    monkeypatch.setattr(plan, "planned_start", lambda window, seed: window.opens)


@pytest.mark.usefixtures("due_now")
def test_a_scan_that_broke_off_is_made_up_after_a_pause(designated, authority):
    spool, ask = MemorySpool(), Collector(authority, scope_now())
    run(designated, spool, ask)
    assert word(designated) is not None
    spool.put({"scan:tried": str(time.time() - 16 * 60)})
    run(designated, spool, ask)
    assert word(designated) is not None
    assert spool.get("scan:tries") == "2"


@pytest.mark.usefixtures("due_now")
def test_once_done_the_window_has_had_its_run(designated, authority):
    spool, ask = MemorySpool(), Collector(authority, scope_now())
    run(designated, spool, ask)
    opens, _ = word(designated)
    spool.put({"scan:done": str(opens), "scan:tried": str(time.time() - 5 * HOUR)})
    due = run(designated, spool, ask)
    assert word(designated) is None
    assert due > time.time()


@pytest.mark.usefixtures("due_now")
def test_beside_another_scan_none_is_begun(designated, authority):
    spool, ask = MemorySpool(), Collector(authority, scope_now())
    keep(designated, authority, scope_now())
    with alone(designated.data_dir / "scan"):
        run(designated, spool, ask)
        assert word(designated) is None
        assert spool.get("scan:tries") is None
    spool.put({"scan:tried": str(time.time() - 16 * 60)})
    run(designated, spool, ask)
    assert word(designated) is not None


@pytest.mark.usefixtures("due_now")
@pytest.mark.parametrize("said", [None, ScopeError("scope-signature", "sai chữ ký", "wrong signature")])
def test_an_order_that_was_taken_back_at_the_last_moment_begins_nothing(designated, authority, said):
    class Changed(Collector):
        def __call__(self, config, spool):
            order.forget(config.data_dir)
            return super().__call__(config, spool)

    spool = MemorySpool()
    spool.put({"next:scan-order": str(time.time() + 2 * HOUR)})
    keep(designated, authority, scope_now())
    run(designated, spool, Changed(authority, None, said))
    assert word(designated) is None
    assert spool.get("scan:error") == (said.vi if said else "")


@pytest.mark.usefixtures("due_now")
def test_while_the_line_is_down_the_kept_order_is_carried_out(designated, authority):
    down = TransportError("mất mạng", "no network", permanent=False, code="network")
    spool = MemorySpool()
    keep(designated, authority, scope_now())
    run(designated, spool, Collector(authority, error=down))
    assert word(designated) is not None
    wait = float(spool.get("next:scan-order")) - time.time()
    assert wait <= calling.ORDER_RETRY[1]


def test_only_one_holds_the_lock_and_the_message_says_what_to_do(tmp_path):
    with alone(tmp_path / "scan"):
        with pytest.raises(ScanRunningError) as caught, alone(tmp_path / "scan"):
            pass
        assert "lượt quét khác" in caught.value.vi
    with alone(tmp_path / "scan"):
        pass
