"""The agent's own code against the collector's own code: both must mean the same by every byte."""

import gzip
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
import requests
from tests.assets.signing import now_text

from tuanthu_agent import signing, transport, uplink
from tuanthu_agent.export import compact, export
from tuanthu_agent.spool.interface import Report as SpooledReport
from tuanthu_agent.spool.interface import Signed
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_policy.envelope import (
    ENROL_TYPE,
    ENVELOPE_TYPE,
    SCHEMA_VERSION,
    Acknowledgement,
    EnrolRequest,
    Envelope,
    MachineIdentity,
)
from tuanthu_policy.observation import Observation, content_digest
from tuanthu_server.ingest import files, signature
from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.ingest.refusals import CATALOGUE, Refusal
from tuanthu_server.inventory import tokens

FACTS = {"good": True, "tên": "Trạm Y tế Ea Tíu", "ratio": 0.1, "big": 2**53, "list": [{"b": 1, "a": "x"}]}


@pytest.fixture
def signer(tmp_path):
    return signing.load_or_create(tmp_path)


@pytest.fixture
def request_bytes(signer):
    def make(token: str) -> bytes:
        machine = MachineIdentity(hostname="máy-trạm-01", macs=["02:00:00:00:00:01"], os="linux", serial="S/N 1")
        request = EnrolRequest(
            schema_version=SCHEMA_VERSION, token=token, public_key=signer.public_key, created_at=datetime.now(UTC),
            machine=machine,
        )  # fmt: skip
        return msgspec.json.encode(request)

    return make


@pytest.fixture
def agent_id(unit, policy, signer, request_bytes):
    body = request_bytes(tokens.issue(unit))
    response, created = enrol(body, signer.sign(body, ENROL_TYPE))
    assert created
    return response.agent


def envelope(agent: str, number: int) -> bytes:
    found = Observation(
        id="0190d2f0-0000-7000-8000-000000000001", kind="alpha", method="test", collected_at=datetime.now(UTC),
        status="ok", facts=FACTS, digest=content_digest("alpha", "test", "ok", None, FACTS),
    )  # fmt: skip
    return msgspec.json.encode(
        Envelope(
            schema_version=SCHEMA_VERSION,
            agent=agent,
            sequence=number,
            created_at=datetime.now(UTC),
            agent_version="0.1.0",
            observations=[found],
        )
    )


def test_the_collector_verifies_what_the_agent_signs_for_that_type_only(signer):
    payload, key = b"{}", signature.decode_key(signer.public_key)
    signature.verify(signer.sign(payload, ENVELOPE_TYPE), payload, key, ENVELOPE_TYPE)
    for signed, body, typ in (
        (signer.sign(payload, ENROL_TYPE), payload, ENVELOPE_TYPE),
        (signer.sign(payload, ENVELOPE_TYPE), b"{ }", ENVELOPE_TYPE),
        (signer.sign(payload, ENVELOPE_TYPE), payload, ENROL_TYPE),
    ):
        with pytest.raises(Refusal) as caught:
            signature.verify(signed, body, key, typ)
        assert caught.value.code == "signature-invalid"


def test_the_collector_enrols_what_the_agent_asks(agent_id):
    from tuanthu_server.inventory.models import Asset

    asset = Asset.objects.get()
    assert (asset.name, asset.serial, asset.os, asset.macs) == ("máy-trạm-01", "S/N 1", "linux", ["02:00:00:00:00:01"])
    assert str(UUID(agent_id)) == agent_id


def test_a_report_as_the_agent_sends_it_is_stored_and_its_answer_is_understood(intake, signer, agent_id):
    payload = envelope(agent_id, 1)
    answer = intake.submit(
        gzip.compress(payload, 6, mtime=0), "gzip", agent_id, signer.sign(payload, ENVELOPE_TYPE), sent_at=now_text(),
        channel="https",
    )  # fmt: skip
    read = uplink.read_acknowledgement(msgspec.json.encode(answer), 1)
    assert (read.status, read.resend, read.missing) == ("stored", [], [])
    from tuanthu_server.inventory.evidence import unpack
    from tuanthu_server.inventory.models import Report

    assert unpack(bytes(Report.objects.get().body)) == payload


def test_an_exported_file_is_imported_line_by_line(intake, signer, agent_id, tmp_path):
    spool = MemorySpool()
    for _ in range(3):
        spool.append(lambda number: sign(signer, envelope(agent_id, number)))
    path = tmp_path / "báo cáo.jws.gz"
    assert export(spool, path) == 3
    found = [(line.sequence, line.status) for line in files.import_reports(path)]
    assert found == [(1, "stored"), (2, "stored"), (3, "stored")]
    assert [line.status for line in files.import_reports(path)] == ["replayed"] * 3


def sign(signer, payload: bytes) -> Signed:
    return Signed(payload, signer.sign(payload, ENVELOPE_TYPE))


def test_a_line_of_a_file_is_the_delivery_that_https_would_bring(signer, agent_id):
    payload = envelope(agent_id, 1)
    detached = signer.sign(payload, ENVELOPE_TYPE)
    delivery = files.to_delivery(compact(SpooledReport(1, payload, detached)))
    assert (delivery.body, delivery.signature, delivery.agent) == (payload, detached, agent_id)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_refusal_is_understood_by_the_agent(code):
    refusal = Refusal(code, "chi tiết", "detail", last_sequence=41 if code == "sequence-conflict" else None)
    answer = requests.Response()
    answer.status_code = refusal.entry.status
    if refusal.entry.retry:
        answer.headers["Retry-After"] = "5"
    error = transport.refusal("https://localhost", answer, msgspec.json.encode(refusal.problem()))
    assert error.code == code
    assert error.permanent is (not refusal.entry.retry)
    assert error.retry_after == (5.0 if refusal.entry.retry else None)
    assert error.last_sequence == refusal.last_sequence
    assert (error.vi, error.en) == (f"{refusal.entry.vi}: chi tiết", f"{refusal.entry.en}: detail")


def test_the_refusals_that_the_agent_treats_specially_exist():
    assert CATALOGUE.keys() >= uplink.AGENT_CODES
    assert {code for code, entry in CATALOGUE.items() if entry.retry} == {
        "busy", "storage-unavailable", "schema-version", "token-guessed"
    }  # fmt: skip


@pytest.mark.parametrize("status", ["stored", "late", "replayed"])
def test_every_acknowledgement_is_understood_by_the_agent(status):
    answer = Acknowledgement(
        sequence=7, status=status, resend=["a" * 64], missing=[(1, 2), (5, 5)], server_time=datetime.now(UTC)
    )
    assert uplink.read_acknowledgement(msgspec.json.encode(answer), 7) == answer


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code not in {"busy", "storage-unavailable"}])
def test_every_refusal_stands_in_the_protocol_document(code):
    from pathlib import Path

    text = (Path(__file__).resolve().parents[3] / "docs/protocol.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("|") and f"`{code}`" in line)
    assert f"| {CATALOGUE[code].status} |" in line
