"""The agent's log: one event a line, whatever stands in it."""

import logging
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent import logs


def test_an_event_is_one_line_with_what_is_known_of_it(capsys):
    logs.Log().warning("delivery-failed", code="network", detail="Máy chủ không trả lời", retry_seconds=60)
    (line,) = capsys.readouterr().err.splitlines()
    assert (
        line[20:]
        == "[warning  ] delivery-failed                code=network detail='Máy chủ không trả lời' retry_seconds=60"
    )


def test_what_is_less_grave_than_wanted_is_left_out(capsys):
    log = logs.Log()
    log.configure(logging.ERROR)
    log.info("collected")
    log.warning("reports-renumbered")
    log.error("run-failed")
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["run-failed"]


@given(st.text(max_size=60))
def test_no_text_of_others_breaks_the_line_or_steers_a_terminal(text):
    assert logs._shown(text).isprintable()


def test_without_a_standard_error_it_is_silent(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    logs.Log().error("run-failed")


def test_it_loads_no_library():
    code = "import sys; from tuanthu_agent.logs import log; log.info('x'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert not {"structlog", "rich", "attr"} & {name.partition(".")[0] for name in done.stdout.split()}
