from datetime import UTC, datetime

import pytest
from django.utils import translation

from tuanthu_policy.fact import Fact, FactType
from tuanthu_policy.loader import load_policy
from tuanthu_policy.observation import Observation, ObservationStatus, Sighting
from tuanthu_policy.text import Text
from tuanthu_server.dashboard.evidence import grounds, shown, sighting_tables

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def fact(kind: str, unit: str = "") -> Fact:
    text = Text("Dung lượng", "Size")
    return Fact(type=FactType(kind), title=text, description=text, unit=unit)


def sighting(kind: str, facts: dict) -> Sighting:
    observation = Observation(
        id="0", kind=kind, method="m", collected_at=AT, status=ObservationStatus.OK, facts=facts, digest="0" * 64
    )
    return Sighting(observation, AT)


@pytest.mark.parametrize(
    ("value", "kind", "unit", "text"),
    [
        (True, "boolean", "", "Có"),
        (False, "boolean", "", "Không"),
        (8 * 2**30, "integer", "byte", "8,0 GiB"),
        (1500, "integer", "byte", "1.500 byte"),
        (1000, "integer", "Mbit/s", "1.000 Mbit/s"),
        (35.0, "number", "Mbit/s", "35,0 Mbit/s"),
        (21600, "integer", "s", "21.600 giây"),
        ("10.0.19045", "version", "", "10.0.19045"),
        ("2026-11-20T18:30:00Z", "datetime", "", "01:30 21/11/2026"),
        ("hôm qua", "datetime", "", "hôm qua"),
        (["10.0.0.1", "10.0.0.2"], "addresses", "", "10.0.0.1, 10.0.0.2"),
        ([], "texts", "", "không có"),
        (None, "text", "", "–"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value, kind, unit, text):
    with translation.override("vi"):
        assert shown(value, fact(kind, unit)) == text


def test_a_port_is_a_name_and_no_amount():
    with translation.override("vi"):
        assert shown(49664, fact("integer"), "firewall.listeners.port") == "49664"


def test_facts_bear_the_names_of_the_catalogue_and_unknown_ones_stay_visible():
    facts = {"product_count": 1, "products": [{"name": "ClamAV", "running": True}], "mới_lạ": "x"}

    (table,) = sighting_tables({"antivirus": sighting("antivirus", facts)}, load_policy())

    rows = {row.name: row for row in table.rows}
    assert rows["product_count"].title.vi == "Số sản phẩm"
    assert rows["products"].headers[0].vi == "Tên"
    assert rows["products"].items[0][0][1] == "ClamAV"
    assert rows["mới_lạ"].value == "x"


def test_the_grounds_name_the_fact_that_decided_with_what_was_read_and_asked():
    policy = load_policy()
    seen = {
        "host": sighting("host", {"os_family": "linux", "time_synchronised": False}),
    }
    from tuanthu_policy.evaluate import explain

    (ground,) = grounds(explain(policy.compiled["host.time_synchronised"], seen, AT), policy)

    assert (ground.actual, ground.asked) == ("Không", "là Có")
    assert ground.title == policy.kinds["host"].facts["time_synchronised"].title.vi
