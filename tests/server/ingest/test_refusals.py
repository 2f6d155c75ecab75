"""What is refused, with which code; nothing of it is stored."""

import gzip
import json
import zlib

import pytest
import zstandard
from tests.assets.collector import deliver
from tests.assets.signing import TestAgent, now_text, observation, sign

from tuanthu_policy.envelope import ENROL_TYPE, ENVELOPE_TYPE
from tuanthu_server.ingest.refusals import Refusal


def refused(intake, body, agent, signature, encoding="", sent_at=None):
    from tuanthu_server.inventory.models import Observation, Report

    before = (Report.objects.count(), Observation.objects.count())
    with pytest.raises(Refusal) as caught:
        intake.submit(
            body, encoding, agent.id, signature, sent_at=now_text() if sent_at is None else sent_at, channel="https"
        )
    assert (Report.objects.count(), Observation.objects.count()) == before
    assert caught.value.vi
    assert caught.value.en
    return caught.value.code


def endless_zstd(data):
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return packer.compress(data) + packer.flush()


ALPHA = {"good": True}


def test_a_wrong_signature_is_refused(intake, enrolled):
    agent, other = enrolled(), TestAgent()
    payload, _ = agent.report([observation("alpha", ALPHA)])
    assert refused(intake, payload, agent, sign(other.key, payload, ENVELOPE_TYPE)) == "signature-invalid"
    assert refused(intake, payload, agent, "") == "signature-invalid"
    assert refused(intake, payload, agent, sign(agent.key, payload, ENROL_TYPE)) == "signature-invalid"
    for header in ({"alg": "none", "typ": ENVELOPE_TYPE}, {"alg": "HS256", "typ": ENVELOPE_TYPE},
                   {"alg": "Ed25519", "typ": ENVELOPE_TYPE, "crit": ["b64"]}, {"alg": "Ed25519"}):  # fmt: skip
        assert refused(intake, payload, agent, sign(agent.key, payload, "", header)) == "signature-invalid"


def test_a_signature_has_one_spelling_only(intake, enrolled):
    agent = enrolled()
    payload, signature = agent.report()
    assert refused(intake, payload, agent, signature + "=") == "signature-invalid"
    assert refused(intake, payload, agent, signature.replace("..", ".x.")) == "signature-invalid"
    assert refused(intake, payload, agent, "chữ..ký") == "signature-invalid"


def test_a_known_sequence_number_with_other_bytes_is_refused(intake, enrolled):
    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", ALPHA)]))
    agent.sequence = 0
    payload, signature = agent.report([observation("alpha", {"good": False})])
    assert refused(intake, payload, agent, signature) == "sequence-conflict"


def test_two_reports_of_one_number_in_one_group_conflict(intake, enrolled):
    from tuanthu_server.ingest.intake import delivery

    agent = enrolled()
    first = agent.report([observation("alpha", ALPHA)])
    agent.sequence = 0
    second = agent.report([observation("alpha", {"good": False})])
    answers = intake.submit_many(
        [delivery(body, "", agent.id, sig, sent_at=now_text(), channel="https") for body, sig in (first, second, first)]
    )
    assert answers[0].status == "stored"
    assert answers[1].code == "sequence-conflict"
    assert answers[2].status == "replayed"


def test_an_unknown_agent_is_refused(intake, enrolled):
    agent = enrolled()
    agent.id = "0190d2f0-0000-7000-8000-000000000000"
    assert refused(intake, *_as(agent)) == "agent-unknown"
    agent.id = "khong-phai-uuid"
    assert refused(intake, *_as(agent)) == "agent-unknown"


def _as(agent):
    payload, signature = agent.report()
    return payload, agent, signature


def test_a_revoked_agent_is_refused_even_though_its_key_is_at_hand(intake, enrolled):
    from uuid import UUID

    from tuanthu_server.inventory import agents

    agent = enrolled()
    deliver(intake, agent, agent.report())
    agents.revoke(UUID(agent.id))
    assert refused(intake, *_as(agent)) == "agent-revoked"


def test_a_report_in_the_name_of_another_agent_is_refused(intake, enrolled):
    agent = enrolled()
    payload, signature = agent.signed(agent.envelope(agent="0190d2f0-0000-7000-8000-000000000000"))
    assert refused(intake, payload, agent, signature) == "agent-mismatch"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("zstd", zstandard.compress), ("gzip", gzip.compress), ("zstd", endless_zstd)],
)
def test_a_decompression_bomb_is_refused(intake, enrolled, encoding, pack):
    agent = enrolled()
    bomb = pack(b" " * 30_000_000)
    assert len(bomb) < 200_000
    assert refused(intake, bomb, agent, "x", encoding) == "body-too-large"


def test_an_oversized_body_is_refused(intake, enrolled):
    agent = enrolled()
    assert refused(intake, b"x" * (256 * 1024 + 1), agent, "x") == "body-too-large"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"{}", "br"), (b"not packed", "zstd"), (b"not packed", "gzip"), (gzip.compress(b"{}")[:-4], "gzip"),
     (gzip.compress(b"{}") + b"more", "gzip"), (zlib.compress(b"{}"), "gzip")],
)  # fmt: skip
def test_a_body_that_is_not_what_it_says_is_refused(intake, enrolled, body, encoding):
    assert refused(intake, body, enrolled(), "x", encoding) == "encoding-unsupported"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace(b'"schema_version":1', b'"schema_version":2'), "schema-version"),
        (lambda text: text.replace(b'"schema_version":1', b'"schema_version":2,"brand_new":{}'), "schema-version"),
        (lambda text: text.replace(b'"held":[]', b'"held":[],"extra":1'), "malformed"),
        (lambda text: text.replace(b'"held":[]', b'"held":null'), "malformed"),
        (lambda text: text.replace(b'"level":7', b'"level":1e999'), "malformed"),
        (lambda text: text.replace(b'"level":7', b'"level":NaN'), "malformed"),
        (lambda text: text.replace(b'"level":7', b'"level":-Infinity'), "malformed"),
        (lambda text: text.replace(b'"test"', b'"te\xffst"'), "malformed"),
        (lambda text: text.replace(b'"level":7', b'"level":8'), "digest-mismatch"),
        (lambda text: text.replace(b'"kind":"alpha"', b'"kind":"Alpha;"'), "malformed"),
        (lambda text: text.replace(b'"level":7', b'"level":' + b"[" * 90_000), "malformed"),
        (lambda text: text[:-1], "malformed"),
        (lambda text: b"\xef\xbb\xbf" + text, "malformed"),
        (lambda text: text.replace(b'Z"', b'"'), "malformed"),
    ],
)
def test_a_payload_that_is_not_exactly_as_agreed_is_refused(intake, enrolled, change, code):
    agent = enrolled()
    payload, _ = agent.report([observation("alpha", {"good": True, "level": 7})])
    changed = change(payload)
    assert changed != payload
    assert refused(intake, changed, agent, agent.signed(changed)[1]) == code


def test_a_sending_time_that_is_none_is_refused(intake, enrolled):
    agent = enrolled()
    payload, signature = agent.report()
    assert refused(intake, payload, agent, signature, sent_at="hôm qua") == "malformed"


def test_every_refusal_leaves_a_log_line(intake, enrolled):
    from structlog.testing import capture_logs

    agent = enrolled()
    with capture_logs() as lines:
        refused(intake, b"{}", agent, "x")
    assert [(line["event"], line["code"], line["agent"]) for line in lines] == [
        ("report-refused", "signature-invalid", agent.id)
    ]


def test_a_full_queue_tells_senders_to_come_back(intake, enrolled):
    from tuanthu_server.ingest.queue import GroupQueue

    queue = GroupQueue(1, 0)
    with pytest.raises(Refusal) as caught:
        queue.put(None, None)
    assert (caught.value.code, caught.value.entry.retry) == ("busy", True)
    queue.stop()


def test_a_problem_is_in_both_languages():
    problem = Refusal("sequence-conflict", last_sequence=7).problem()
    assert json.loads(__import__("msgspec").json.encode(problem))["last_sequence"] == 7
    assert problem.type == "urn:tuanthu:error:sequence-conflict"
    assert problem.title != problem.title_en


def test_of_a_field_given_twice_the_last_counts_for_digest_and_judgement_alike(intake, enrolled):
    from tuanthu_server.compliance.details import asset_results
    from tuanthu_server.inventory.models import Agent

    agent = enrolled()
    payload, _ = agent.report([observation("alpha", {"good": False})])
    first = payload.replace(b'"good":false', b'"good":false,"good":true')
    assert refused(intake, first, agent, agent.signed(first)[1]) == "digest-mismatch"
    last = payload.replace(b'"good":false', b'"good":true,"good":false')
    deliver(intake, agent, agent.signed(last))
    results = asset_results(Agent.objects.get(pk=agent.id).asset_id)
    assert next(one.outcome.code for one in results if one.rule == "alpha.good") == "fail"
