"""`tuanthu-agent catalogue record`: a device on loopback becomes a draft that the catalogue's own checks take."""

import http.server
import threading

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from tests.agent.scanning.conftest import Authority, scope_now

from tuanthu_agent.cli import main
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.scanner.recording import service_of, slug
from tuanthu_agent.scanner.redacting import redacted
from tuanthu_policy.devices.loader import load_devices

DEVICE = "127.64.0.1"
PAGE = """<html><head><title>Acme WebCam 9000</title></head><body>
<input type="hidden" name="csrf_token" value="a81f0c3d99"><p>Serial No: ACM20240117X99</p>
<p>MAC 00:11:22:AA:BB:CC, IP 127.64.0.1, 192.168.1.64</p><script>var udn="12345678-aaaa-bbbb-cccc-0123456789ab";</script>
</body></html>"""
SECRETS = ("a81f0c3d99", "ACM20240117X99", "00:11:22:AA:BB:CC", "192.168.1.64", "12345678-aaaa", DEVICE)


class Device:
    """A page of a made-up camera; keeps what it was asked."""

    def __init__(self, page=PAGE, server="Acme-httpd/2.1", icon=b"\x00\x01icon"):
        outer = self
        self.asked, self.authorised = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            server_version, sys_version = server, ""

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                outer.asked.append(self.path)
                outer.authorised.append(self.headers.get("Authorization"))
                known = {"/": ("text/html", page.encode()), "/favicon.ico": ("image/x-icon", icon)}
                kind, body = known.get(self.path, ("text/html", b"no"))
                self.send_response(200 if self.path in known else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Set-Cookie", "SESSIONID=verysecret; path=/")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer((DEVICE, 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://{DEVICE}:{self.port}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def device():
    made = []

    def make(**changes):
        made.append(Device(**changes))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def record(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("TUANTHU_AGENT_DATA_DIR", str(tmp_path / "agent"))
    authority = Authority()
    scope, trust = tmp_path / "scope.jws", tmp_path / "authority.pub"
    trust.write_bytes(authority.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def run(url, *words, **changes):
        scope.write_text(authority.sign(scope_now(**{"networks": [f"{DEVICE}/32"], **changes})))
        with pytest.raises(SystemExit) as caught:
            main(["catalogue", "record", url, "--scope", str(scope), "--trust", str(trust),
                  "--out", str(tmp_path / "out"), *words])  # fmt: skip
        printed = capfd.readouterr()
        return caught.value.code, " ".join((printed.out + printed.err).split())

    return run


WORDS = (
    "--vendor",
    "Acme",
    "--family",
    "acme-webcam",
    "--device-class",
    "camera",
    "--source",
    "Acme 9000, firmware 1.2",
)


def test_a_device_becomes_a_draft_that_recognises_it(device, record, tmp_path):
    code, text = record(device().url, *WORDS)
    assert code == 0, text
    entry = load_devices(tmp_path / "out")["acme-webcam"]
    assert (entry.status, entry.device_class, entry.logins, entry.accounts) == ("draft", "camera", [], [])
    shown = {one.where: one.equals for one in entry.fingerprint.evidence}
    assert shown["http.title"] == "Acme WebCam 9000"
    assert shown["http.header.server"].startswith("Acme-httpd/2.1")
    assert "http.favicon.md5" in shown
    example = yaml.safe_load((tmp_path / "out/acme/examples/acme-webcam-captured.yml").read_text())
    assert (example["provenance"], example["source"]) == ("captured", "Acme 9000, firmware 1.2")


def test_what_belongs_to_the_unit_is_not_in_the_files(device, record, tmp_path):
    record(device().url, *WORDS)
    for path in (tmp_path / "out").rglob("*.yml"):
        text = path.read_text()
        assert not [secret for secret in (*SECRETS, "verysecret") if secret in text], path


def test_nothing_but_the_start_page_is_asked_and_nobody_logs_in(device, record):
    one = device()
    record(one.url, *WORDS)
    assert set(one.asked[:2]) <= {"/", "/favicon.ico"}
    assert len(one.asked) <= 5
    assert set(one.authorised) == {None}


@pytest.mark.parametrize("changes", [{"networks": ["127.64.0.2/32"]}, {"protocols": ["discovery", "ssh"]}])
def test_outside_the_scope_no_packet_is_sent(device, record, changes, tmp_path):
    one = device()
    code, text = record(one.url, *WORDS, **changes)
    assert code == 3
    assert "Giấy phép không cho phép" in text
    assert one.asked == []
    assert not (tmp_path / "out").exists()


def test_a_page_that_shows_too_little_makes_no_entry(device, record):
    code, text = record(device(page="<html></html>", server="", icon=b"").url, *WORDS)
    assert code == 3
    assert "quá ít dấu hiệu" in text


def test_nothing_is_overwritten(device, record):
    one = device()
    assert record(one.url, *WORDS)[0] == 0
    code, text = record(one.url, *WORDS)
    assert code == 3
    assert "đã có" in text


def test_where_nobody_answers_it_says_so(record):
    code, text = record(f"http://{DEVICE}:9/", *WORDS)
    assert code == 3
    assert "không trả lời" in text


@pytest.mark.parametrize("url", ["http://camera.local/", "ftp://10.1.2.3/", "10.1.2.3", "http://10.1.2.3:99999/", ""])
def test_only_an_address_is_taken(url):
    with pytest.raises(TuanthuError):
        service_of(url)


def test_a_version_is_no_address_and_common_words_stay():
    text = "Server/10.2.31 build 20240117 HTTP/1.1 WWW-Authenticate DS-2CD2142FWD-I"
    assert redacted(text, "127.64.0.1", "") == text


@given(st.text(max_size=300))
def test_redacting_is_total_and_done_once_and_for_all(text):
    once = redacted(text, "10.1.2.3", "aa:bb:cc:dd:ee:01")
    assert redacted(once, "10.1.2.3", "aa:bb:cc:dd:ee:01") == once
    assert "10.1.2.3" not in once.replace("110.1.2.3", "")


def test_ids_are_those_of_the_catalogue():
    assert slug("Hãng Acme, Co. (Ltd)") == "h-ng-acme-co-ltd"
    assert slug("???") == "unknown"
