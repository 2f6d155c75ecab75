"""Who may say more than the other side knows: the collector may, whoever signs may not."""

import msgspec
import pytest

from tuanthu_policy import envelope
from tuanthu_policy.observation import Observation
from tuanthu_policy.scan_scope import ScanScope, Window

ANSWERS = {
    envelope.EnrolResponse: {
        "agent": "a",
        "unit_code": "TYT",
        "unit_name": "Trạm",
        "server_time": "2026-01-01T00:00:00Z",
    },
    envelope.Acknowledgement: {"sequence": 1, "status": "stored", "server_time": "2026-01-01T00:00:00Z"},
    envelope.TransferAnswer: {"bytes": 1},
    envelope.EnrolledMachine: {"macs": [], "names": ["MÁY-1"]},
    envelope.ScanOrder: {"scope": "a.b.c"},
    envelope.Problem: {"type": "urn:tuanthu:error:busy", "title": "Bận", "title_en": "Busy", "status": 503},
}
SIGNED = (
    envelope.Envelope, envelope.Held, Observation, envelope.EnrolRequest, envelope.MachineIdentity,
    envelope.TransferRequest, envelope.ScanOrderRequest, ScanScope, Window,
)  # fmt: skip


@pytest.mark.parametrize(("kind", "values"), ANSWERS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_what_an_agent_does_not_know_of_an_answer_it_passes_over(kind, values):
    plain = msgspec.json.decode(msgspec.json.encode(values), type=kind)
    assert msgspec.json.decode(msgspec.json.encode({"later": {"deeper": [1]}} | values), type=kind) == plain


@pytest.mark.parametrize(("kind", "values"), ANSWERS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_an_answer_with_a_missing_or_mistyped_field_is_none(kind, values):
    for name in values:
        for broken in ({key: one for key, one in values.items() if key != name}, values | {name: None}):
            with pytest.raises(msgspec.ValidationError):
                msgspec.json.decode(msgspec.json.encode(broken), type=kind)


@pytest.mark.parametrize("kind", SIGNED, ids=lambda one: one.__name__)
def test_what_is_signed_is_taken_whole_or_refused(kind):
    assert kind.__struct_config__.forbid_unknown_fields
