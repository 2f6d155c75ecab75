"""RTSP against a GStreamer server."""

import subprocess

import pytest
from tests.assets.servers.processes import PASSWORD, USER
from tests.assets.servers.real import gstreamer_rtsp

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome

HAS = "import gi; gi.require_version('GstRtspServer', '1.0')"
pytestmark = pytest.mark.skipif(
    subprocess.run(["/usr/bin/python3", "-c", HAS], capture_output=True, check=False).returncode != 0,
    reason="no GStreamer RTSP server",
)


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_a_stream_behind_a_login(tmp_path, looking, trying, door, scheme):
    with gstreamer_rtsp(tmp_path, scheme) as port:
        assert looking("rtsp", port, path="/live").outcome is None
        came = trying("rtsp", port, USER, PASSWORD, path="/live")
        assert came.outcome is AttemptOutcome.ACCEPTED, came
        assert came.evidence == ("status-200", "sdp", scheme, "confirm:describe")
        came = trying("rtsp", port, USER, "sai-hoan-toan", path="/live")
        assert came.outcome is AttemptOutcome.REFUSED, came
        assert trying("rtsp", port, USER, PASSWORD, path="/khong-co").outcome is not AttemptOutcome.REFUSED
        seen = READERS["rtsp"](door, Service("127.0.0.1", port, "rtsp"), 5.0)
        assert "GStreamer" in seen.subjects["rtsp.server"]


def test_a_stream_for_anybody(tmp_path, looking, trying):
    with gstreamer_rtsp(tmp_path, "none") as port:
        look = looking("rtsp", port, path="/live")
        assert (look.outcome, look.exposures) == (AttemptOutcome.NO_AUTH, ("rtsp-without-authentication",)), look
        assert looking("rtsp", port, path="/khong-co").outcome is AttemptOutcome.MISMATCH
        assert trying("rtsp", port, USER, PASSWORD, path="/live").outcome is AttemptOutcome.NO_AUTH
