"""Kind `lan` on Windows with hostile values in registry and WMI: a typed fact or none, and no exception."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.windows_network import collect
from tests.assets.windows_snapshot import load_snapshot
from tests.policies.strategies import HOSTILE

from tuanthu_policy.loader import load_policy

FACTS = load_policy().kinds["lan"].facts


def spots(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from spots(one, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from spots(one, (*path, place))


NAMES = ["network_windows11", "network_windows7", "network_server2019", "network_wine"]
DOCUMENTS = {name: load_snapshot(name) for name in NAMES}
LEAVES = {
    name: [path for part in ("wmi", "registry") for path in spots(document[part], (part,)) if len(path) > 4 or (part == "registry" and len(path) > 2)]
    for name, document in DOCUMENTS.items()
}  # fmt: skip
SAYS = {"interfaces": list, "second_path_count": int, "bridge_count": int, "link_kind": str, "in_unit_networks": bool}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_hostile_property_breaks_the_reading_or_makes_a_fact_of_another_type(windows_machine, name, data):
    document = copy.deepcopy(DOCUMENTS[name])
    for *way, last in data.draw(st.lists(st.sampled_from(LEAVES[name]), min_size=1, max_size=4, unique=True)):
        target = document
        for step in way:
            target = target[step] if isinstance(target, list) or step in target else None
            if not isinstance(target, (dict, list)):
                break
        if isinstance(target, (dict, list)) and (isinstance(target, dict) or last < len(target)):
            target[last] = data.draw(HOSTILE.filter(lambda value: not isinstance(value, dict)) | st.text(max_size=20))
    for rows in document["wmi"]["root\\cimv2"].values():
        rows[:] = [row for row in rows if isinstance(row, dict)]
    result = collect(windows_machine, document)
    assert set(result.facts) <= set(FACTS)
    for fact, kind in SAYS.items():
        assert isinstance(result.facts.get(fact, kind()), kind)
    for item in result.facts.get("interfaces", []):
        assert isinstance(item["name"], str)
        assert item.get("kind", "other") in FACTS["interfaces"].fields["kind"].values
