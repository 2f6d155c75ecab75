"""Settings: where they come from, what is wrong with one, and that all are documented."""

import re
from pathlib import Path

import msgspec
import pytest

from tuanthu_agent.config import Config, load_config
from tuanthu_agent.errors import ConfigError

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
