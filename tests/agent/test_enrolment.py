"""Enrolling: only with the right CA, with the key's possession proved, and again without harm."""

import io
import json
import stat

import pytest
from tests.agent.fake_collector import fingerprint, issue, pem, problem

from tuanthu_agent import identity as identities
from tuanthu_agent import jobs, signing, stating
from tuanthu_agent.cli import app
from tuanthu_agent.errors import EnrolmentError, IdentityError, TransportError

TIMEOUTS = (5.0, 5.0)


@pytest.fixture
def command(config, monkeypatch):
    monkeypatch.setenv("TUANTHU_AGENT_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("TUANTHU_AGENT_LAN_PROBES", "passive")
    monkeypatch.setenv("TUANTHU_AGENT_READ_SECONDS", "5")
    return lambda *words: app(list(words), result_action="return_value", exit_on_error=False)


def enrol(command, collector, *more):
    mark = fingerprint(collector.ca[0])
    return command("enrol", "--server", collector.url, "--token", "TT-THU", "--ca-fingerprint", mark, *more)


def test_with_token_and_fingerprint_a_machine_is_enrolled(command, collector, config, capsys):
    assert enrol(command, collector, "--role", "server", "--owner", "Khoa Dược", "--location", "Tầng 2") == 0
    identity = identities.load(config.data_dir)
    assert (identity.unit_code, identity.server, identity.pinned) == ("BV-01", collector.url, True)
    assert (identity.role, identity.owner, identity.location) == ("server", "Khoa Dược", "Tầng 2")
    (request,) = collector.enrolments
    assert request["token"] == "TT-THU"
    assert (request["machine"]["role"], request["machine"]["owner"]) == ("server", "Khoa Dược")
    assert "Bệnh viện Đa khoa" in capsys.readouterr().out


def test_a_newer_collector_that_says_more_is_understood(command, collector, config):
    collector.newer = True
    assert enrol(command, collector) == 0
    assert identities.load(config.data_dir).unit_code == "BV-01"


def test_key_and_identity_are_open_to_their_owner_alone(command, collector, config):
    enrol(command, collector)
    for name in ("agent.key", "identity.json", "ca.pem"):
        assert stat.S_IMODE((config.data_dir / name).stat().st_mode) == 0o600
    (config.data_dir / "agent.key").chmod(0o644)
    with pytest.raises(IdentityError) as caught:
        signing.load(config.data_dir)
    assert "chmod 600" in caught.value.vi


def test_another_ca_than_the_named_one_is_refused_and_nothing_is_sent(command, collector, config):
    other = fingerprint(issue("CA khác", ca=True)[0])
    with pytest.raises(EnrolmentError) as caught:
        command("enrol", "--server", collector.url, "--token", "T", "--ca-fingerprint", other)
    assert fingerprint(collector.ca[0]) in caught.value.vi
    assert collector.enrolments == []
    assert not (config.data_dir / "ca.pem").exists()


def test_without_fingerprint_the_machines_trust_store_decides(command, collector):
    with pytest.raises(TransportError) as caught:
        command("enrol", "--server", collector.url, "--token", "T")
    assert caught.value.code == "tls"
    assert collector.enrolments == []


def test_with_the_ca_as_a_file_a_machine_is_enrolled(command, collector, tmp_path):
    path = tmp_path / "ca-given.pem"
    path.write_bytes(pem(collector.ca[0]))
    assert command("enrol", "--server", collector.url, "--token", "T", "--ca", str(path)) == 0


def test_asking_again_after_a_lost_answer_uses_the_same_key(command, collector, config):
    collector.script.append("lost answer")
    with pytest.raises(TransportError):
        enrol(command, collector)
    assert identities.find(config.data_dir) is None
    assert enrol(command, collector) == 0
    first, second = collector.enrolments
    assert first["public_key"] == second["public_key"]


def test_a_refused_token_is_explained(command, collector, config):
    collector.script.append(problem("token-expired", 403))
    with pytest.raises(TransportError) as caught:
        enrol(command, collector)
    assert (caught.value.code, caught.value.permanent) == ("token-expired", True)
    assert identities.find(config.data_dir) is None


def test_an_enrolled_machine_is_enrolled_anew_only_when_asked_to(command, collector, config):
    enrol(command, collector)
    with pytest.raises(EnrolmentError, match="already enrolled"):
        enrol(command, collector)
    former = (config.data_dir / "agent.key").read_bytes()
    collector.script.append(problem("token-used", 403))
    with pytest.raises(TransportError):
        enrol(command, collector, "--again")
    assert (config.data_dir / "agent.key").read_bytes() == former
    assert enrol(command, collector, "--again") == 0
    assert (config.data_dir / "agent.key").read_bytes() != former
    assert not (config.data_dir / "reenrol").exists()


def test_what_was_stated_of_the_machine_stays_unless_it_is_stated_anew(command, collector, config):
    enrol(command, collector, "--role", "server", "--owner", "Khoa Dược", "--location", "Tầng 2")
    enrol(command, collector, "--again", "--owner", "Phòng CNTT")
    identity = identities.load(config.data_dir)
    assert (identity.role, identity.owner, identity.location) == ("server", "Phòng CNTT", "Tầng 2")
    sent = collector.enrolments[-1]["machine"]
    assert (sent["role"], sent["owner"], sent["location"]) == ("server", "Phòng CNTT", "Tầng 2")


def test_a_machine_whose_role_is_not_stated_is_a_workstation(command, collector, config):
    enrol(command, collector)
    assert identities.load(config.data_dir).role == "workstation"


def test_reports_that_waited_go_out_under_the_new_identity(command, collector, config):
    enrol(command, collector)
    spool = jobs.open_configured(config)
    spool.put({"agent": "01a20b99-0000-7000-8000-000000000000"})
    jobs.collect(config, spool)
    spool.put({"agent": "01a20b99-0000-7000-8000-000000000000"})
    assert jobs.deliver(config, spool).delivered == 1
    assert collector.arrivals == [1]
    spool.close()


@pytest.mark.parametrize(
    "address", ["http://a:1", "localhost:8443", "https://", "https://a/b", "https://u:p@a", "https://a:x"]
)
def test_an_address_without_https_or_with_more_than_a_host_is_refused(address):
    with pytest.raises(EnrolmentError):
        stating.check_server(address)


@pytest.mark.parametrize("mark", ["", "ab", "zz" * 32])
def test_a_fingerprint_that_is_none_is_refused(mark):
    with pytest.raises(EnrolmentError):
        stating.clean_fingerprint(mark)


def test_a_fingerprint_may_be_written_with_colons():
    assert stating.clean_fingerprint(":".join(["AB"] * 32)) == "ab" * 32


def test_the_token_may_come_from_a_file_or_from_standard_input(command, collector, tmp_path, monkeypatch):
    path = tmp_path / "mã"
    path.write_text("TT-TRONG-TỆP\n", encoding="utf-8")
    mark = ["--server", collector.url, "--ca-fingerprint", fingerprint(collector.ca[0])]
    assert command("enrol", *mark, "--token-file", str(path)) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("TT-TỪ-ĐẦU-VÀO\n"))
    assert command("enrol", *mark, "--token-file", "-", "--again") == 0
    assert [request["token"] for request in collector.enrolments] == ["TT-TRONG-TỆP", "TT-TỪ-ĐẦU-VÀO"]


@pytest.mark.parametrize("words", [[], ["--token", "T", "--token-file", "-"], ["--token-file", "/không/có"]])
def test_without_one_clear_token_nothing_is_sent(command, collector, words):
    with pytest.raises(EnrolmentError):
        command("enrol", "--server", collector.url, *words)
    assert collector.enrolments == []


def test_the_token_is_kept_nowhere(command, collector, config, capfd):
    enrol(command, collector)
    shown = "".join(capfd.readouterr())
    kept = b"".join(path.read_bytes() for path in config.data_dir.rglob("*") if path.is_file())
    assert "TT-THU" not in shown
    assert b"TT-THU" not in kept


def test_what_the_collector_writes_cannot_steer_the_terminal(command, collector, capsys):
    name = "Trạm [bold]\x1b[2J[/nope] y tế\u202e"
    answer = {"agent": "a", "unit_code": "X", "unit_name": name, "server_time": "2026-11-24T00:00:00Z"}
    collector.script.append((201, {}, json.dumps(answer).encode()))
    assert enrol(command, collector) == 0
    assert command("status") == 0
    shown = capsys.readouterr().out
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert shown.count("[bold]") == 2
