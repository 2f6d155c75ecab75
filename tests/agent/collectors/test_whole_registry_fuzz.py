"""All collectors at once on machines that say nonsense: typed facts or typed gaps, and no pass that was none before."""

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.whole_machines import (
    LINUX,
    WINDOWS,
    askers,
    laid_down,
    leaves,
    linux_host,
    looked_at,
    passes_of,
    replaced,
    windows_document,
    windows_host,
)

from tuanthu_agent.collectors.registry import REGISTRY

FUZZ = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WINDOWS_PASSES = {name: passes_of(looked_at(windows_host(windows_document(name)))) for name in WINDOWS}

# What the ports to Windows can give in place of a value (docstrings of `windows/interface.py`), and never a fair reading.
NONSENSE = st.one_of(
    st.text(alphabet="ạ\0\ud800 %\\{}-:", max_size=30),
    st.binary(max_size=9).filter(lambda data: len(data) not in (4, 8)),
    st.lists(st.text(alphabet="lạ-", max_size=5), max_size=3),
)
HOSTILE = st.one_of(
    NONSENSE,
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-(1 << 70), 1 << 70),
    st.text(max_size=40),
    st.sampled_from(["9" * 400, "-1", "0x7fffffff", "S-1-5-32-544", "é" * 70_000, "20991231235959.000000+840"]),
)
SPOTS = [
    (name, way)
    for name in WINDOWS
    for part in ("registry", "wmi", "services")
    for way in leaves(windows_document(name)[part], (part,))
    if part != "services" or way[-1] != "driver"
]
ERRORS = st.sampled_from(["permission-denied", "timeout", "class-missing", "not-available", "unreadable"])


def test_the_machines_are_fit_to_show_a_wrong_pass():
    """Each passes much and fails much, so that both losing and gaining a pass can be seen."""
    assert {name: len(passes) >= 20 for name, passes in WINDOWS_PASSES.items()} == dict.fromkeys(WINDOWS, True)
    assert "updates.automatic" not in WINDOWS_PASSES["windows7_client"]
    assert "hardening.smb1_off" not in WINDOWS_PASSES["windows7_client"]


@FUZZ
@given(st.sampled_from(SPOTS), NONSENSE)
@example(
    ("windows7_client", ("registry", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "ProductName")), "\ud800"
)
def test_nonsense_in_place_of_a_value_makes_no_pass_on_windows(spot, nonsense):
    name, way = spot
    assert passes_after(name, replaced(windows_document(name), way, nonsense)) <= WINDOWS_PASSES[name]


@FUZZ
@given(st.sampled_from(sorted(WINDOWS)), st.data())
def test_hostile_values_all_over_windows_give_typed_facts_or_gaps(name, data):
    spots = [way for machine, way in SPOTS if machine == name]
    document = windows_document(name)
    for way in data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=12, unique=True)):
        document = replaced(document, way, data.draw(HOSTILE))
    for part in data.draw(st.sets(st.sampled_from(["registry", "wmi", "services"]), max_size=2)):
        if data.draw(st.booleans()):
            document = {**document, part: dict(data.draw(st.permutations(list(document[part].items()))))}
    passes_after(name, document)


def passes_after(name, document):
    return passes_of(looked_at(windows_host(document)))


GONE = [
    *((name, (part,)) for name in WINDOWS for part in ("accounts", "updates", "services")),
    *((name, ("wmi", space)) for name in WINDOWS for space in windows_document(name)["wmi"]),
    *(
        (name, ("wmi", space, one))
        for name in WINDOWS
        for space, classes in windows_document(name)["wmi"].items()
        if isinstance(classes, dict)
        for one in classes
    ),
]


@pytest.mark.parametrize(("name", "way"), GONE, ids=lambda part: part if isinstance(part, str) else part[-1])
def test_a_source_of_windows_that_fails_makes_no_pass(name, way):
    code = None if way[0] in ("accounts", "services", "updates") else "timeout"
    assert passes_after(name, replaced(windows_document(name), way, code)) <= WINDOWS_PASSES[name]


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("hive", ["HKLM\\SOFTWARE", "HKLM\\SOFTWARE\\Policies", "HKLM\\SYSTEM", "HKU"])
def test_a_registry_that_may_not_be_read_makes_no_pass(name, hive):
    assert passes_after(name, {**windows_document(name), "registry_denied": [hive]}) <= WINDOWS_PASSES[name]


TEXTS = st.text(max_size=60) | st.sampled_from(["é" * 70_000, "S-1-5-32-544", "\0", "a\n- b"])


@FUZZ
@given(st.sampled_from(sorted(WINDOWS)), st.data())
def test_hostile_accounts_and_updates_give_typed_facts_or_gaps(name, data):
    """Within the types that these ports promise."""
    document = msgspec.json.decode(msgspec.json.encode({**windows_document(name), "registry": {}}))
    document = {**windows_document(name), "accounts": document["accounts"], "updates": document["updates"]}
    for user in document["accounts"]["users"]:
        user["name"] = data.draw(TEXTS)
        user["password_age_days"] = data.draw(st.none() | st.integers(-1, 1 << 70))
    document["accounts"]["policy"]["min_length"] = data.draw(st.integers(-1, 1 << 70))
    document["accounts"]["members"]["S-1-5-32-544"] *= data.draw(st.sampled_from([0, 1, 900]))
    document["updates"]["pending"] = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {"title": TEXTS}, optional={"kb": TEXTS, "severity": TEXTS, "categories": st.lists(TEXTS, max_size=3)}
            ),
            max_size=4,
        ).map(lambda rows: rows * 90)
    )
    passes_after(name, document)


@pytest.fixture(scope="module", params=LINUX)
def linux(request, tmp_path_factory):
    """A Linux machine as a folder."""
    return Linux(tmp_path_factory.mktemp(request.param), *LINUX[request.param])


class Linux:
    """Its files, what its commands print, what all collectors say of it, and what passes."""

    def __init__(self, root, files, commands):
        laid_down(root, files)
        self.root, self.files, self.commands = root, files, commands
        self.results = looked_at(linux_host(root, commands))
        self.passes = passes_of(self.results)
        self.askers = askers(root, commands)
        # An empty file only has to be there.
        self.names = sorted(name for name, content in {**files, **commands}.items() if content and name in self.askers)

    def content(self, name):
        """A file's or an output's."""
        content = {**self.files, **self.commands}[name]
        return content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")

    def passes_of(self, name, commands):
        """What passes now that one thing has changed."""
        return passes_of({**self.results, **looked_at(linux_host(self.root, commands), self.askers[name])})


def passes_with(linux, name, content):
    """What passes with another content of a file or output; None: something stands there that is no file."""
    if name in linux.commands:
        commands = {line: output for line, output in linux.commands.items() if line != name}
        if content is not None:
            commands[name] = content.decode("utf-8", "replace")
        return linux.passes_of(name, commands)
    path = linux.root / name.lstrip("/")
    try:
        if content is None:
            path.unlink()
            path.mkdir()
        else:
            path.write_bytes(content)
        return linux.passes_of(name, linux.commands)
    finally:
        if path.is_dir():
            path.rmdir()
        laid_down(linux.root, {name: linux.files[name]})


def test_nearly_everything_on_the_machine_is_asked_for(linux):
    """Else garbling it would prove nothing."""
    assert len(linux.names) >= 60
    assert {kind for name in linux.names for kind in linux.askers[name]} >= set(REGISTRY) - {"wan", "reachability"}


def test_garbled_files_and_outputs_make_no_pass_on_linux(linux):
    """Each in turn: no file any more, noise, another encoding, a number without end, its words run together."""
    assert len(linux.passes) >= 10
    for name in linux.names:
        content = linux.content(name)
        run_together = content.translate(bytes.maketrans(b" =:\t", b"\0\0\0\0"))
        utf_16 = content.decode("utf-8", "replace").encode("utf-16")
        for garbled in (None, b"\xff\xfe\0" * 99, utf_16, b"9" * 5000, run_together):
            assert passes_with(linux, name, garbled) <= linux.passes, (name, garbled and garbled[:40])


@FUZZ
@given(data=st.data())
def test_any_mutilation_on_linux_gives_typed_facts_or_gaps(linux, data):
    name = data.draw(st.sampled_from(linux.names))
    content = linux.content(name)
    lines = content.split(b"\n")
    passes_with(
        linux,
        name,
        data.draw(
            st.one_of(
                st.integers(0, len(content)).map(lambda length: content[:length]),
                st.permutations(lines).map(b"\n".join),
                st.sampled_from([content * 300, content.replace(b"0", b"9" * 30), content.replace(b"1", b"-1")]),
                st.tuples(st.integers(0, len(lines)), st.binary(max_size=40)).map(
                    lambda pair: b"\n".join([*lines[: pair[0]], pair[1], *lines[pair[0] :]])
                ),
                st.binary(max_size=200),
            )
        ),
    )
