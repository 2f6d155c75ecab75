"""One look at the line: what the answers mean, and the small parsers beneath."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.linewatch import __main__ as watch
from tuanthu_agent.linewatch import journal, looking
from tuanthu_agent.linewatch.plan import Plan

ROUTES = """Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	100	00000000	0	0	0
wlan0	00000000	FE0200C0	0003	0	0	600	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
tun0	0071CB00	00000000	0000	0	0	0	00FFFFFF	0	0	0
"""
YES, NO, NONE = True, False, None
# collector, beyond the gateway, witness, gateway → state
TABLE = {
    (YES, YES, NONE, NONE): "up",
    (YES, YES, NO, NO): "up",
    (NO, NO, YES, NONE): "collector-down",
    (NONE, NO, YES, NONE): "up",
    (NO, NO, NO, YES): "line-down",
    (NO, NO, NO, NO): "gateway-down",
    (NO, NO, NO, NONE): "unwatched",
    (NO, NO, NONE, YES): "unwatched",  # is it the line or the collector?
    (NO, NO, NONE, NO): "gateway-down",
    (YES, NO, YES, NONE): "up",  # a collector on the LAN speaks for no line; the witness does
    (YES, NO, NO, YES): "line-down",
    (YES, NO, NO, NO): "gateway-down",
    (YES, NO, NONE, YES): "unwatched",
    (NONE, NO, NO, YES): "line-down",
    (NONE, NO, NONE, YES): "unwatched",
    (NONE, NO, NONE, NO): "gateway-down",
}


def decided(answers):
    return looking.decide(*(lambda one=one: one for one in answers))


@pytest.mark.parametrize("answers", TABLE, ids=str)
def test_what_answers_mean(answers):
    assert decided(answers) == TABLE[answers]


def test_nothing_is_up_unless_somebody_beyond_the_gateway_answered():
    for answers in itertools.product((YES, NO, NONE), (YES, NO), (YES, NO, NONE), (YES, NO, NONE)):
        if decided(answers) in ("up", "collector-down"):
            assert (answers[0] and answers[1]) or answers[2]


def test_an_answer_of_the_collector_spares_everybody_else_a_packet():
    def never():
        raise AssertionError("not to be asked")

    assert looking.decide(lambda: True, lambda: True, never, never) == "up"


def test_the_best_gateway_and_what_lies_beyond_it():
    table = looking.parse_routes(ROUTES, "little")
    assert looking.default_gateway(table) == "192.0.2.1"
    assert looking.default_gateway([]) is None
    assert looking.is_beyond("203.0.113.7", table)
    assert looking.is_beyond("2001:db8::7", table)
    for address in ("192.0.2.9", "127.0.0.1", "::1", "fe80::1", "fd00::1", "không"):
        assert not looking.is_beyond(address, table), address
    assert not looking.is_beyond("203.0.113.7", None)
    assert not looking.is_beyond("203.0.113.7", [])


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300).map(lambda data: ROUTES + data.decode("latin-1"))))
def test_any_text_is_a_table_of_routes(text):
    for route in looking.parse_routes(text, "little"):
        assert 0 <= route.gateway < 2**32
    looking.default_gateway(looking.parse_routes(text, "big"))


@given(st.binary(max_size=80))
def test_foreign_packets_are_no_answers_to_our_ping(data):
    assert not looking.is_echo_reply(data)


def test_an_echo_is_known_with_and_without_its_ip_header():
    request = looking.echo_request(1)
    reply = b"\0" + request[1:]
    assert not looking.is_echo_reply(request)
    assert looking.is_echo_reply(reply)
    assert looking.is_echo_reply(b"\x45" + b"\0" * 19 + reply)
    words = [int.from_bytes(request[place : place + 2], "big") for place in range(0, len(request), 2)]
    total = sum(words)
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF, "the checksum of RFC 1071"


@pytest.fixture
def planned(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "AGAIN_SECONDS", 0)
    (tmp_path / "line-plan").write_text("collector tuan-thu.example 8443\nwitness a.example 443\n")
    return tmp_path


def states(folder):
    return [state for _, state in journal.read(str(folder))[0]]


@pytest.mark.parametrize(
    ("answers", "kept"),
    [(["up"], "up"), (["line-down", "up"], "up"), (["line-down", "line-down"], "line-down"), (["unwatched", "gateway-down"], "gateway-down"),
     (["gateway-down", "collector-down"], "collector-down")],
)  # fmt: skip
def test_a_bad_answer_is_asked_for_twice(planned, answers, kept):
    asked = iter(answers)
    watch.watch(str(planned), 300, lambda plan: next(asked))
    assert states(planned) == [kept]
    assert list(asked) == []


def test_without_a_plan_nothing_is_sent_and_nothing_kept(tmp_path):
    watch.watch(str(tmp_path), 300, lambda plan: pytest.fail("looked"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_exit_code(planned, monkeypatch, capsys):
    monkeypatch.setattr(watch, "look", lambda plan: "up")
    monkeypatch.setattr(watch.watch, "__defaults__", (lambda plan: "up",))
    (planned / "line-journal").mkdir()
    assert watch.main([str(planned), "300"]) == 3
    assert "line watch" in capsys.readouterr().err


def test_a_plan_is_read_as_it_was_written():
    plan = Plan(("tuan-thu.example", 8443), (("a.example", 443), ("2001:db8::1", 80)))
    from tuanthu_agent.linewatch.plan import parse, written

    assert parse(written(plan)) == plan
