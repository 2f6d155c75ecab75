"""Kind `antivirus`, products for Linux: what each one's own tools and files tell, and what they do not."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.agent.conftest import FakeCommands, FakeSystem
from tests.assets.linux_snapshot import documents, load_document

from tuanthu_agent.collectors import antivirus
from tuanthu_agent.collectors.antivirus.linux import (
    READERS,
    bitdefender,
    cortex,
    crowdstrike,
    drweb,
    eset,
    kesl,
    mdatp,
    sentinelone,
    sophos,
    trendmicro,
)
from tuanthu_agent.collectors.antivirus.linux.asking import Asker
from tuanthu_agent.collectors.antivirus.products import PRODUCTS
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.commands import ALLOWED, Commands, SystemCommands
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

DOCUMENTS = documents("antivirus")


def build(machine, document):
    files = document["files"]
    files = files if isinstance(files, dict) else dict.fromkeys(files, "")
    processes = Processes(frozenset({"systemd", *(name[:15] for name in document["processes"])}), complete=True)
    return machine(files, commands=document["commands"], processes_=processes)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_product_is_described_by_what_it_says_of_itself(path, machine):
    document = load_document(path)
    result = antivirus.collect(build(machine, document), Settings())
    check(result.facts, KINDS["antivirus"].facts, "antivirus")
    (item,) = result.facts["products"]
    expected = document["expect"]
    assert {name: item.get(name) for name in expected} == expected
    assert not set(document.get("absent", ())) & set(item)
    assert set(document.get("sources", ())) <= set(item["sources"])
    assert document.get("reason", "") in result.reason
    if "gaps" in document:
        assert bool(result.reason) is document["gaps"], result.reason
    assert document.get("never", "\0") not in json.dumps(result.facts)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_field_names_its_source(path, machine):
    (item,) = antivirus.collect(build(machine, load_document(path)), Settings()).facts["products"]
    sourced = {entry.partition("=")[0] for entry in item["sources"] if "=" in entry}
    assert sourced == set(item) - {"id", "name", "vendor", "licence_kind", "sources"}


def test_every_product_of_the_table_has_a_reader_and_a_document():
    assert set(READERS) == {product.id for product in PRODUCTS}
    described = {path.parent.name for path in DOCUMENTS}
    assert len(described) == len(PRODUCTS)


def test_every_command_of_the_documents_is_allowed():
    lines = [line for path in DOCUMENTS for line in load_document(path)["commands"]]
    assert {line.split()[0] for line in lines} <= set(ALLOWED)


def test_tools_are_asked_in_no_language_but_english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    environment = SystemCommands({"env": ("/usr/bin/env",)}).run("env").splitlines()
    assert "LC_ALL=C" in environment
    assert not [one for one in environment if one.startswith("LANG")]


class Slow(Commands):
    """Every command takes its whole time and fails; the clock is made up."""

    def __init__(self, clock):
        self.clock = clock
        self.asked = []

    def run(self, name, *arguments, seconds=5.0):
        from tuanthu_agent.commands import CommandError

        self.asked.append(name)
        self.clock[0] += seconds
        raise CommandError("command-timeout", name)


def test_tools_that_hang_use_up_one_budget_between_them(monkeypatch, tmp_path):
    clock = [0.0]
    monkeypatch.setattr("tuanthu_agent.collectors.antivirus.linux.asking.time.monotonic", lambda: clock[0])
    commands = Slow(clock)
    asker = Asker(Host(tmp_path, commands, FakeSystem()))
    reading = Reading()
    for number in range(20):
        assert asker.ask(reading, f"tool-{number}") == ""
    assert clock[0] == pytest.approx(18.0)
    assert len(commands.asked) == 4
    assert "command-timeout: tool-19" in reading.gaps


PARSERS = [
    kesl.parse_app_info,
    kesl.parse_schedule,
    kesl.parse_update_source,
    mdatp.parse_health,
    eset.parse_modules,
    eset.parse_version,
    eset.parse_licence,
    bitdefender.parse_status,
    bitdefender.parse_date,
    sentinelone.parse_status,
    drweb.parse_base,
    drweb.parse_licence,
    drweb.parse_version,
    sophos.parse_on_access,
    sophos.parse_version,
    sophos.parse_console,
    trendmicro.parse_agent,
    trendmicro.parse_components,
    cortex.parse_info,
    cortex.parse_content,
    cortex.parse_runtime,
    crowdstrike.parse,
]
OUTPUTS = [output for path in DOCUMENTS for output in load_document(path)["commands"].values()]


@st.composite
def mangled(draw):
    """A tool's answer cut, stirred, mis-encoded or with numbers blown up."""
    text = draw(st.sampled_from(OUTPUTS))
    way = draw(st.sampled_from(["cut", "stir", "encode", "blow", "insert", "replace"]))
    if way == "cut":
        return text[draw(st.integers(0, len(text))) :]
    if way == "stir":
        return "\n".join(draw(st.permutations(text.splitlines())))
    if way == "encode":
        return text.encode("utf-16", "replace").decode("latin-1")
    if way == "blow":
        return text.replace("2026", "9" * draw(st.integers(1, 400))).replace("true", "1e999")
    junk = draw(st.text(max_size=30))
    place = draw(st.integers(0, len(text)))
    return text[:place] + junk + text[place + (len(junk) if way == "replace" else 0) :]


@given(mangled() | st.text(max_size=300))
@settings(deadline=None)
def test_nothing_that_a_tool_prints_breaks_a_parser_or_gives_an_untyped_field(text):
    for parse in PARSERS:
        value = parse(text)
        if isinstance(value, dict):
            known = {name: one for name, one in value.items() if one not in (None, "")}
            check(known, KINDS["antivirus"].facts["products"].fields, parse.__module__)
        else:
            assert value is None or isinstance(value, str | bool)


@given(st.sampled_from(DOCUMENTS), st.data())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_machine_with_mangled_answers_still_gives_typed_facts(tmp_path, path, data):
    document = load_document(path)
    root = tmp_path / "machine"
    files = document["files"] if isinstance(document["files"], dict) else dict.fromkeys(document["files"], "")
    for name, content in files.items():
        place = root / name.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    commands = FakeCommands({line: data.draw(mangled()) for line in document["commands"]})
    processes = Processes(frozenset(document["processes"]), complete=data.draw(st.booleans()))
    facts = antivirus.collect(Host(root, commands, FakeSystem(processes_=processes)), Settings()).facts
    check(facts, KINDS["antivirus"].facts, "antivirus")
    json.dumps(facts, ensure_ascii=False).encode()


def test_half_a_character_in_an_answer_does_not_spoil_the_report():
    reading = Reading()
    reading.put_all(mdatp.parse_health('{"definitionsVersion": "1.2\\ud800\\u0007"}'), "mdatp")
    assert reading.fields == {"signature_version": "1.2??"}


@given(mangled())
@settings(deadline=None)
def test_only_the_very_words_for_protection_are_taken_for_it(text):
    if parsed := kesl.parse_app_info(text)["realtime"]:
        assert "available and running" in " ".join(text.lower().split()), parsed
    if mdatp.parse_health(text)["realtime"]:
        assert json.loads(text)["realTimeProtectionEnabled"]
    if crowdstrike.parse(text)["realtime"] is not None:
        assert "rfm-state" in text
