"""From evidence to a grade: the table of docs/wan.md, and laws that hold for any evidence."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors.wan import igd, interfaces
from tuanthu_agent.collectors.wan.grading import Evidence, grade

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs/wan.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `(confirmed|likely|not-fibre|unknown)` \|$", re.MULTILINE)
TABLE = ROW.findall(DOCUMENT)


def pieces(words, sort):
    """`hint, hint of another source` as evidence."""
    found = []
    for number, word in enumerate(words.split(", ")):
        if word != "–":
            source = "upnp" if number == 0 or "same source" in word else "model"
            found.append(Evidence(source, f"k{number}", "v", sort, word.split()[0]))
    return found


def test_the_table_is_there():
    assert len(TABLE) == 15


@pytest.mark.parametrize(("for_fibre", "against", "graded"), TABLE)
@pytest.mark.parametrize("sort", ["copper", "cable", "mobile"])
def test_the_documented_table_is_the_real_one(for_fibre, against, graded, sort):
    assert grade(pieces(for_fibre, "fibre") + pieces(against, sort)) == graded


EVIDENCE = st.builds(
    Evidence,
    st.sampled_from(["upnp", "snmp", "model", "web"]),
    st.just("k"),
    st.text(max_size=5),
    st.sampled_from(["fibre", "copper", "cable", "mobile", "none"]),
    st.sampled_from(["proof", "hint", "none"]),
)


@given(st.lists(EVIDENCE, max_size=8), st.randoms())
def test_the_order_of_evidence_does_not_matter(evidence, random):
    shuffled = list(evidence)
    random.shuffle(shuffled)
    assert grade(evidence) == grade(shuffled)


@given(st.lists(EVIDENCE, max_size=8))
def test_fibre_is_never_told_without_evidence_for_it_nor_denied_without_evidence_against_it(evidence):
    speaking = {one.points_to for one in evidence if one.weight != "none"} - {"none"}
    graded = grade(evidence)
    if graded in ("confirmed", "likely"):
        assert speaking == {"fibre"}
    if graded == "not-fibre":
        assert speaking
        assert "fibre" not in speaking


def test_hints_for_different_sorts_of_line_do_not_add_up():
    hints = [Evidence("upnp", "a", "DSL", "copper", "hint"), Evidence("model", "b", "x", "cable", "hint")]
    assert grade(hints) == "unknown"


@pytest.mark.parametrize(
    ("access", "sort", "weight"),
    [("GPON", "fibre", "hint"), ("xgs-pon", "fibre", "hint"), ("FTTH", "fibre", "hint"), ("DSL", "copper", "hint"), ("Cable", "cable", "hint"),
     ("Ethernet", "none", "none"), ("Other", "none", "none"), ("X_Weapon", "none", "none")],
)  # fmt: skip
def test_what_an_access_type_speaks_for(access, sort, weight):
    found = igd.access_evidence(access)
    assert (found.points_to, found.weight) == (sort, weight)


@pytest.mark.parametrize(
    ("types", "graded"),
    [([(6, 1), (250, 1)], "confirmed"), ([(6, 1), (250, 2)], "unknown"), ([(94, 1)], "not-fibre"), ([(97, 1), (6, 1)], "not-fibre"),
     ([(195, 1)], "confirmed"), ([(127, 1)], "not-fibre"), ([(250, 1), (94, 1)], "unknown"), ([(6, 1), (24, 1)], "unknown"), ([], "unknown")],
)  # fmt: skip
def test_an_interface_type_counts_only_while_it_is_up(types, graded):
    assert grade(interfaces.from_types(types)) == graded


@pytest.mark.parametrize(
    ("text", "kind"),
    [("203.0.113.7", "private"), ("8.8.8.8", "public"), ("192.168.1.2", "private"), ("100.64.3.4", "cgnat"), ("0.0.0.0", ""), ("", ""), ("x", ""),
     ("169.254.1.1", ""), ("2a00:1450::1", "public")],
)  # fmt: skip
def test_kinds_of_outside_addresses(text, kind):
    assert igd.address_kind(text) == kind
