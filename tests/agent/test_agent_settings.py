"""Settings: where they come from, what is wrong with one, and that all are documented."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tuanthu_agent.config import Config, load_config
from tuanthu_agent.errors import ConfigError
from tuanthu_agent.identity import Identity, save
from tuanthu_agent.observing import settings_of

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/agent.md").read_text(encoding="utf-8")
SETTINGS = DOCUMENT.partition("## Settings")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| `([a-z_]+)` \| ([^|]+?) \|", SETTINGS, re.MULTILINE))


def load(folder, **environment):
    return load_config(
        {"TUANTHU_AGENT_DATA_DIR": str(folder)} | {f"TUANTHU_AGENT_{k}": v for k, v in environment.items()}
    )


def test_the_document_lists_exactly_the_settings_that_there_are():
    assert set(ROWS) == set(Config.__struct_fields__)


@pytest.mark.parametrize("field", msgspec.structs.fields(Config), ids=lambda field: field.name)
def test_documented_defaults_are_the_real_ones(field):
    if field.name != "data_dir":
        expected = "empty" if field.default in ("", ()) else f"`{field.default}`"
        assert ROWS[field.name].startswith(expected)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    (tmp_path / "agent.toml").write_text('collect_minutes = 30\nhostname = "từ tệp"\n', encoding="utf-8")
    config = load(tmp_path, COLLECT_MINUTES="15")
    assert (config.collect_minutes, config.hostname, config.jitter_seconds) == (15, "từ tệp", 300)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("collect_minutes = 0", "collect_minutes"),
        ('lan_probes = "maybe"', "lan_probes"),
        ("unheard_of = 1", "unheard_of"),
        ("proxy = 1", "proxy"),
        ('data_dir = "/x"', "data_dir"),
        ("collect_minutes =", "TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path, text, named):
    (tmp_path / "agent.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    for message in (caught.value.vi, caught.value.en):
        assert named in message
        assert "agent.toml" in message


def test_a_wrong_variable_of_the_environment_is_named(tmp_path):
    with pytest.raises(ConfigError, match="environment: setting read_seconds = 'lâu'"):
        load(tmp_path, READ_SECONDS="lâu")


def test_the_units_networks_come_as_a_list_or_with_commas(tmp_path):
    (tmp_path / "agent.toml").write_text('unit_networks = ["10.20.0.0/16", "2001:DB8::/48"]\n', encoding="utf-8")
    assert load(tmp_path).unit_networks == ("10.20.0.0/16", "2001:db8::/48")
    assert load(tmp_path, UNIT_NETWORKS="192.168.1.0/24, 10.0.0.0/8").unit_networks == ("192.168.1.0/24", "10.0.0.0/8")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('["10.20.0.0/16", "10.20.0.7/16"]', "10.20.0.7/16"),
        ('["10.20.0.7"]', "10.20.0.7"),
        ('["mạng nội bộ"]', "mạng nội bộ"),
        ("[7]", "7"),
        ("7", "7"),
        ('""', "''"),
    ],
)
def test_a_wrong_network_is_named_in_both_languages(tmp_path, text, wrong):
    (tmp_path / "agent.toml").write_text(f"unit_networks = {text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    for message in (caught.value.vi, caught.value.en):
        assert wrong in message
        assert "unit_networks" in message
        assert "10.20.0.0/16" in message
    assert "không hợp lệ" in caught.value.vi


@pytest.mark.parametrize(("enrolled_as", "configured", "role"), [("server", "workstation", "server"), ("", "workstation", "workstation"), ("", "", "")])  # fmt: skip
def test_collectors_are_told_the_role_of_the_enrolment_before_that_of_the_settings(
    tmp_path, enrolled_as, configured, role
):
    config = load(tmp_path, ROLE=configured, UNIT_NETWORKS="10.0.0.0/8")
    identity = Identity(
        agent="a",
        server="https://x",
        unit_code="B",
        unit_name="Bệnh viện",
        enrolled_at=datetime(2026, 11, 24, tzinfo=UTC),
        pinned=False,
        role=enrolled_as,
        owner="Khoa Dược",
        location="Tầng 2",
    )
    save(tmp_path, identity)
    told = settings_of(config)
    assert (told.role, told.owner, told.location) == (role, "Khoa Dược", "Tầng 2")
    assert told.unit_networks == ("10.0.0.0/8",)


def test_an_identity_of_a_former_version_states_nothing_of_the_machine(tmp_path):
    (tmp_path / "identity.json").write_text(
        '{"agent": "a", "server": "https://x", "unit_code": "B", "unit_name": "B", "pinned": true,'
        ' "enrolled_at": "2026-11-24T00:00:00Z"}',
        encoding="utf-8",
    )
    told = settings_of(load(tmp_path))
    assert (told.role, told.owner, told.location) == ("", "", "")


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_without_a_sound_identity_collectors_still_work(tmp_path, content):
    if content is not None:
        (tmp_path / "identity.json").write_text(content, encoding="utf-8")
    assert settings_of(load(tmp_path, ROLE="server")).role == "server"
