"""The line watch within the agent: when it runs, where it knocks, and how little it loads."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from tuanthu_agent import identity, service, watching
from tuanthu_agent.linewatch import plan
from tuanthu_agent.linewatch.plan import Plan
from tuanthu_agent.scheduler import main as run_jobs

HEAVY = {
    "dataclasses",
    "typing",
    "re",
    "inspect",
    "ssl",
    "json",
    "pathlib",
    "msgspec",
    "logging",
    "email",
    "http",
    "subprocess",
}
WITNESSES = (("gdbhyt.baohiemxahoi.gov.vn", 443), ("qlhanhnghekcb.gov.vn", 443))


def with_settings(config, **changes):
    return msgspec.structs.replace(config, **{"lan_probes": "active", **changes})


def test_a_look_loads_next_to_nothing():
    code = "import sys; import tuanthu_agent.linewatch.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert not (HEAVY | {"socket", "selectors", "enum"}) & {name.partition(".")[0] for name in done.stdout.split()}
    ours = {name for name in done.stdout.split() if name.startswith("tuanthu")}
    assert ours == {
        "tuanthu_agent",
        *(f"tuanthu_agent.linewatch{part}" for part in ("", ".__main__", ".journal", ".plan", ".looking")),
    }


def test_the_resident_starts_the_look_that_the_command_line_knows(tmp_path):
    for words in (service.WATCH, ("-I", "-m", "tuanthu_agent.linewatch")):
        done = subprocess.run(
            [sys.executable, *words, str(tmp_path / words[1]), "300"], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
    (tmp_path / "line-plan").write_text("collector 127.0.0.1 9\n", encoding="ascii")
    (tmp_path / "line-seen").mkdir()
    done = subprocess.run([sys.executable, *service.WATCH, str(tmp_path), "300"], capture_output=True, check=False)
    assert (done.returncode, b"line watch" in done.stderr) == (3, True)


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({}, 300),
        ({"watch_minutes": 1}, 60),
        ({"watch_minutes": 0}, 0),
        ({"lan_probes": "passive"}, 0),
        ({"proxy": "http://p:3128"}, 0),
    ],
)
def test_how_often_the_line_is_looked_at(config, changes, seconds):
    assert watching.watch_seconds(with_settings(config, **changes)) == seconds


def test_it_knocks_at_the_collector_and_at_required_services(enrolled, collector):
    config = with_settings(enrolled)
    found = watching.make_plan(config, identity.load(config.data_dir))
    assert found == Plan(("localhost", collector.server.server_address[1]), WITNESSES)


def test_what_the_unit_does_not_need_is_no_witness(enrolled):
    config = with_settings(enrolled, services_drop="bhyt-gateway, practitioner-licences")
    assert watching.witnesses(config)[0] == ("dmec.moh.gov.vn", 443)
    assert watching.witnesses(with_settings(enrolled, services_set="")) == ()
    assert watching.witnesses(with_settings(enrolled, services_set="no-such-set")) == ()


def test_the_plan_is_written_once_and_emptied_when_the_watch_is_switched_off(enrolled):
    me = identity.load(enrolled.data_dir)
    path = enrolled.data_dir / plan.FILE_NAME
    watching.write_plan(enrolled, me)
    assert not path.exists(), "passive probes need no plan"
    watching.write_plan(with_settings(enrolled), me)
    first = path.stat()
    assert plan.read(str(enrolled.data_dir)).witnesses == WITNESSES
    watching.write_plan(with_settings(enrolled), me)
    assert path.stat().st_ino == first.st_ino, "an unchanged plan is not written again"
    watching.write_plan(enrolled, me)
    assert plan.read(str(enrolled.data_dir)) == Plan()


def test_the_jobs_child_leaves_the_plan(enrolled, monkeypatch):
    monkeypatch.setenv("TUANTHU_AGENT_DATA_DIR", str(enrolled.data_dir))
    monkeypatch.setenv("TUANTHU_AGENT_LAN_PROBES", "passive")
    (enrolled.data_dir / plan.FILE_NAME).write_text("witness old.example 443\n")
    monkeypatch.setattr("tuanthu_agent.scheduler.lower_priority", lambda: None)
    monkeypatch.setattr("tuanthu_agent.scheduler.Schedule.run", lambda self: time.time() + 3600)
    monkeypatch.setattr(signal, "alarm", lambda seconds: 0)
    assert run_jobs() == 0
    assert plan.read(str(enrolled.data_dir)) == Plan()


def start(folder, watch_seconds, look):
    """A resident with nothing due for an hour, whose looks run this code."""
    (folder / "next-due").write_text(f"{time.time() + 3600}\n")
    code = f"import sys; from tuanthu_agent import service; service.WATCH = ('-c', {look!r}); sys.exit(service.main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), "30", str(watch_seconds)],
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def wait_for(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


def note(folder, more=""):
    return f"import sys; open({str(folder / 'looks')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n'); {more}"


def looks(folder):
    path = Path(folder / "looks")
    return path.read_text().splitlines() if path.exists() else []


def test_the_resident_looks_at_once_and_then_every_so_often(tmp_path):
    process = start(tmp_path, 0.5, note(tmp_path))
    wait_for(lambda: len(looks(tmp_path)) >= 3)
    stop(process)
    assert looks(tmp_path)[0] == f"{tmp_path} 0.5"


def test_a_look_that_fails_costs_neither_the_jobs_nor_the_next_look(tmp_path):
    process = start(tmp_path, 0.3, note(tmp_path, "sys.exit(3)"))
    wait_for(lambda: len(looks(tmp_path)) >= 3)
    assert process.poll() is None
    stop(process)


def test_without_seconds_it_never_looks(tmp_path):
    process = start(tmp_path, 0, note(tmp_path))
    time.sleep(1)
    stop(process)
    assert looks(tmp_path) == []


def test_jobs_that_are_due_run_between_looks(tmp_path):
    mark = tmp_path / "runs"
    process = start(tmp_path, 0.3, note(tmp_path))
    wait_for(lambda: looks(tmp_path))
    stop(process)
    due = f"import time; open({str(mark)!r}, 'a').write('x'); open({str(tmp_path / 'next-due')!r}, 'w').write(str(time.time() + 3600))"
    (tmp_path / "next-due").write_text("0\n")
    code = (
        f"import sys; from tuanthu_agent import service; service.WATCH = ('-c', {note(tmp_path)!r}); "
        f"service.CHILD = ('-c', {due!r}); sys.exit(service.main(sys.argv[1:]))"
    )
    before = len(looks(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), "30", "0.3"], stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: mark.exists() and len(looks(tmp_path)) >= before + 3)
    stop(process)
    assert mark.read_text() == "x"
