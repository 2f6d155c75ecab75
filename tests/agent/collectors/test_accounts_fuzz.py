"""Whatever the machine says of its accounts: typed facts or a typed gap, and no pass out of junk."""

import copy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.judging import facts_fit, passes
from tests.agent.collectors.test_accounts_linux import FILES
from tests.agent.conftest import FakeCommands, FakeSystem
from tests.assets.windows_snapshot import load_snapshot, windows_of

from tuanthu_agent.collectors import accounts
from tuanthu_agent.collectors.accounts import logons, pam, passwd
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.host import Host, HostError

JUNK = st.one_of(
    st.none(), st.text(max_size=20), st.integers(max_value=-2), st.integers(min_value=1 << 40), st.binary(max_size=9),
    st.floats(), st.lists(st.text(max_size=5), max_size=3),
)  # fmt: skip


@given(st.text(max_size=300))
def test_no_text_breaks_a_parser(text):
    for parse in (passwd.parse_passwd, passwd.parse_shadow, passwd.parse_group):
        _, whole = parse(text)
        assert isinstance(whole, bool)
    assert all(isinstance(value, int) for value in passwd.parse_login_defs(text).values())
    assert all(isinstance(value, str) for value in pam.parse_settings(text).values())


@given(st.text(alphabet="aăx0:!*$\n+-\t#", max_size=120))
def test_no_text_of_its_own_letters_breaks_a_parser(text):
    entries, _ = passwd.parse_passwd(text)
    lines, _ = passwd.parse_shadow(text)
    assert {one.password for one in entries} <= {"set", "empty", "locked", "shadow"}
    assert {one.password for one in lines.values()} <= {"set", "empty", "locked"}


@given(st.binary(max_size=1200))
def test_no_bytes_break_a_record_of_logons(data):
    assert all(day >= 0 for day in logons.parse_lastlog(data).values())
    assert all(name for name in logons.parse_wtmp(data))


@given(st.text(max_size=200), st.sampled_from(["auth", "password"]))
def test_a_stack_is_lines_or_a_typed_error(text, phase):
    try:
        lines = pam.expand(lambda name: text, "login", phase, 0)
    except HostError as refused:
        lines = []
        code = refused.code
    else:
        code = "pam-unclear"
    assert code == "pam-unclear"
    assert all(line.module for line in lines)


def host_of(root, files):
    for name, content in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return Host(root, FakeCommands({}), FakeSystem())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FILES)), junk=st.text(min_size=1, max_size=60), where=st.integers(0, 12))
def test_a_line_of_junk_in_any_file_makes_no_pass_on_linux(tmp_path, name, junk, where):
    before = passes("linux", "accounts", accounts.collect(host_of(tmp_path, FILES), Settings()))
    content = FILES[name]
    if isinstance(content, bytes):
        content = junk.encode("utf-8", "replace") + content
    else:
        lines = content.split("\n")
        lines.insert(min(where, len(lines)), junk)
        content = "\n".join(lines)
    result = accounts.collect(host_of(tmp_path, {**FILES, name: content}), Settings())
    facts_fit("accounts", result)
    assert passes("linux", "accounts", result) <= before


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FILES)), content=st.binary(max_size=400))
def test_a_file_of_junk_gives_typed_facts_or_a_gap(tmp_path, name, content):
    result = accounts.collect(host_of(tmp_path, {**FILES, name: content}), Settings())
    facts_fit("accounts", result)


WINDOWS_7 = load_snapshot("hardening_windows_7")["accounts"]
SPOTS = [
    *((("users", n, field)) for n in range(2) for field in WINDOWS_7["users"][n]),
    *((("members", "S-1-5-32-544", n, field)) for n in range(2) for field in ("sid", "name", "kind")),
    *((("policy", field)) for field in WINDOWS_7["policy"]),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SPOTS), JUNK), min_size=1, max_size=3))
def test_junk_in_windows_accounts_makes_no_pass(changes):
    document = {"accounts": WINDOWS_7}
    before = passes("windows", "accounts", look(document))
    document = copy.deepcopy(document)
    for (*way, last), junk in changes:
        target = document["accounts"]
        for step in way:
            target = target[step]
        target[last] = junk
    result = look(document)
    facts_fit("accounts", result)
    assert passes("windows", "accounts", result) <= before


def look(document):
    host = Host(Path("/không-có"), FakeCommands({}), FakeSystem(family_="windows"), windows_of(document))
    return accounts.collect(host, Settings())


def test_the_machine_that_is_garbled_passes_nothing_of_weight():
    assert passes("windows", "accounts", look({"accounts": WINDOWS_7})) == {"accounts.password_complexity"}


@pytest.mark.parametrize("part", ["users", "members", "policy"])
def test_what_is_missing_makes_no_pass(part):
    document = {"accounts": {name: value for name, value in WINDOWS_7.items() if name != part}}
    assert passes("windows", "accounts", look(document)) <= {"accounts.password_complexity"}
