"""MQTT against mosquitto."""

from tests.assets.servers.processes import PASSWORD, USER
from tests.assets.servers.real import certificate, mosquitto

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome


def test_mosquitto_with_passwords_grants_and_refuses(tmp_path, looking, trying, door):
    with mosquitto(tmp_path, anonymous=False) as (port, log):
        look = looking("mqtt", port)
        assert (look.outcome, look.exposures) == (None, ("mqtt-without-tls",)), look
        seen = READERS["mqtt"](door, Service("127.0.0.1", port, "mqtt"), 5.0)
        assert seen.subjects == {"mqtt.banner": "MQTT 3.1.1 CONNACK 5"}
        came = trying("mqtt", port, USER, PASSWORD)
        assert (came.outcome, came.evidence) == (AttemptOutcome.ACCEPTED, ("connack-0", "confirm:ping")), came
        assert trying("mqtt", port, USER, "sai-hoan-toan").outcome is AttemptOutcome.REFUSED
        assert log.count("PUBLISH", "SUBSCRIBE") == 0
        assert log.count("Received DISCONNECT") == 1


def test_mosquitto_for_anybody_is_open(tmp_path, looking):
    with mosquitto(tmp_path, anonymous=True) as (port, _):
        look = looking("mqtt", port)
        assert (look.outcome, look.exposures) == (AttemptOutcome.NO_AUTH, ("mqtt-without-tls", "mqtt-anonymous")), look


def test_mosquitto_over_tls(tmp_path, looking, trying, door):
    with mosquitto(tmp_path, anonymous=False, tls=certificate(tmp_path)) as (port, _):
        assert looking("mqtt", port, tls=True).exposures == ()
        assert trying("mqtt", port, USER, PASSWORD, tls=True).outcome is AttemptOutcome.ACCEPTED
        seen = READERS["tls"](door, Service("127.0.0.1", port, "mqtt", tls=True), 5.0)
        assert seen.subjects["tls.subject"] == "CN=thiet-bi,O=Thu Nghiem"
        assert (seen.subjects["tls.version"], seen.exposures) == ("TLSv1.3", ())
