"""Hypothesis strategies: hostile JSON, records of the test catalogue and whole conditions over it."""

from datetime import timedelta

from hypothesis import strategies as st
from tests.policies.making import AT, KINDS, sighting

from tuanthu_policy.observation import ObservationStatus

STATUSES = st.sampled_from(list(ObservationStatus))
AGES = st.sampled_from(
    [timedelta(0), timedelta(hours=1), timedelta(days=6, hours=23), timedelta(days=7), timedelta(days=9)]
)


def moments(reach: timedelta = timedelta(days=40)):
    """RFC 3339 texts around the moment of judging, some on the very edge of a threshold."""
    edges = [timedelta(days=days, microseconds=tick) for days in (-1, 0, 1, 7, 15) for tick in (-1, 0, 1)]
    spans = st.one_of(st.sampled_from(edges), st.timedeltas(-reach, reach))
    return spans.map(lambda span: (AT - span).isoformat().replace("+00:00", "Z"))


HOSTILE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        moments(),
        st.sampled_from(["", "true", "1.2.3", "10.0.0.1", "9" * 400, "0000-00-00T00:00:00Z", "é" * 70]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)

_GOOD = {
    "text": st.sampled_from(["red", "blue", "Trạm y tế", "x" * 300]),
    "integer": st.integers(-2, 5),
    "number": st.one_of(st.integers(-2, 5), st.floats(-2, 5)),
    "boolean": st.booleans(),
    "datetime": moments(),
    "version": st.sampled_from(["1.4", "1.4.0", "1.4-rc1", "1.5", "1.3.9"]),
    "address": st.sampled_from(["10.0.0.1", "8.8.8.8", "::1"]),
    "texts": st.lists(st.sampled_from(["a", "b"]), max_size=3),
    "addresses": st.lists(st.sampled_from(["10.0.0.1", "8.8.8.8"]), max_size=3),
}
_ARGUMENTS = {
    ("is", "text"): st.just("red"),
    ("is", "integer"): st.just(1),
    ("is", "boolean"): st.booleans(),
    ("at_least", "integer"): st.integers(-2, 5),
    ("less_than", "number"): st.just(0.5),
    ("one_of", "text"): st.just(["red"]),
    ("not_one_of", "text"): st.just(["blue"]),
    ("contains", "texts"): st.just("a"),
    ("version_at_least", "version"): st.just("1.4"),
    ("version_below", "version"): st.just("1.4"),
    ("age_at_most", "datetime"): st.sampled_from(["1d", "7d", "15d", "36h"]),
    ("age_at_least", "datetime"): st.sampled_from(["1d", "7d"]),
    ("left_at_least", "datetime"): st.sampled_from(["1d", "7d"]),
    ("in_networks", "address"): st.just(["10.0.0.0/8"]),
    ("not_in_networks", "addresses"): st.just(["10.0.0.0/8"]),
    ("matches", "text"): st.just("r.*d"),
}


def value_of(fact, hostile=True):
    """A value of that fact: mostly right, sometimes anything."""
    if fact.fields:
        good = st.lists(record_of(fact.fields, hostile=hostile), max_size=4)
    elif fact.values:
        good = st.sampled_from(fact.values)
    else:
        good = _GOOD[fact.type.value]
    return st.one_of(good, good, good, HOSTILE) if hostile else good


def record_of(facts, hostile=True):
    """A record with some of those facts."""
    return st.fixed_dictionaries({}, optional={name: value_of(one, hostile) for name, one in facts.items()})


def _leaf(facts, prefix=""):
    pairs = [
        (name, operator, argument)
        for name, one in facts.items()
        for (operator, kind), argument in _ARGUMENTS.items()
        if kind == one.type.value
    ]
    return st.sampled_from(pairs).flatmap(
        lambda pair: pair[2].map(lambda argument: {"fact": prefix + pair[0], pair[1]: argument})
    )


def _grouped(leaf):
    groups = st.sampled_from(["all", "any", "none"])
    return st.recursive(
        leaf,
        lambda inner: st.tuples(groups, st.lists(inner, min_size=1, max_size=4)).map(lambda pair: {pair[0]: pair[1]}),
        max_leaves=8,
    )


def conditions(kinds=("box", "lid")):
    """Conditions over the test catalogue, nested and with quantifiers."""
    leaves = [_leaf({n: f for n, f in KINDS[kind].facts.items() if not f.fields}, f"{kind}.") for kind in kinds]
    items = _grouped(_leaf(KINDS["box"].facts["parts"].fields))
    quantifier = st.tuples(st.sampled_from(["any_item", "all_items"]), items).map(
        lambda pair: {"fact": "box.parts", pair[0]: pair[1]}
    )
    return _grouped(st.one_of(*leaves, quantifier))


def sightings_of(kinds, hostile=True):
    """Evidence of some of those kinds: of any status, fresh or stale, whole or broken."""

    def one(name):
        record = record_of(kinds[name].facts, hostile)
        facts = st.one_of(record, record, record, HOSTILE) if hostile else record
        usual = st.sampled_from([ObservationStatus.OK, ObservationStatus.OK, ObservationStatus.PARTIAL])
        return st.builds(
            lambda facts, status, age: sighting(name, facts, status, "cause: detail", age),
            facts,
            st.one_of(usual, usual, STATUSES),
            AGES,
        )

    whole = {
        name: st.builds(lambda facts, name=name: sighting(name, facts), full_record_of(kinds[name].facts))
        for name in kinds
    }
    return st.one_of(
        st.fixed_dictionaries(whole), st.fixed_dictionaries({}, optional={name: one(name) for name in kinds})
    )


def full_record_of(facts):
    """A record with every one of those facts, as the catalogue has it."""
    return st.fixed_dictionaries({name: value_of(one, hostile=False) for name, one in facts.items()})
