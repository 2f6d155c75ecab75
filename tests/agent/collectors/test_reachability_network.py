"""Kind `reachability` against real servers, good and bad, in network namespaces that lead nowhere else."""

import re

import pytest
from tests.agent.collectors.test_fact_catalogue import KINDS, check
from tests.assets.certificates import chain_file, issue, pem
from tests.assets.netlab import GATEWAY, NEEDS_ROOT, Lab

pytestmark = NEEDS_ROOT
PROBE = """
import json, sys
from pathlib import Path
from tuanthu_agent.collectors import reachability
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.reachability import connecting, probing, tls
from tuanthu_agent.host import Host
connecting.TCP_SECONDS, tls.TLS_SECONDS, probing.HTTP_SECONDS = 1.5, 1.5, 1.5
settings = Settings(services_set="", services_add=sys.argv[1], proxy=sys.argv[2])
result = reachability.collect(Host(Path("/nonexistent")), settings)
print(json.dumps({"status": result.status.value, "reason": result.reason, "facts": result.facts}))
"""
NAMES = ("good", "expired", "future", "wrong", "untrusted", "old", "soon")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    ca = issue("CA của phòng thử")
    (folder / "ca.pem").write_bytes(pem(ca[0]))
    stranger = issue("CA lạ")
    made = {
        "good": issue("good.example", ca, end=100),
        "expired": issue("expired.example", ca, begin=-30, end=-2),
        "future": issue("future.example", ca, begin=5, end=30),
        "wrong": issue("another.example", ca),
        "untrusted": issue("untrusted.example", stranger),
        "old": issue("old.example", ca),
        "soon": issue("soon.example", ca, end=8),
    }
    places = {f"{name}.example": f"203.0.113.{11 + number}" for number, name in enumerate(NAMES)}
    extra = {name: f"203.0.113.{20 + number}" for number, name in enumerate(HTTP)}
    lab = Lab()
    try:
        lab.start()
        names = places | {f"{name}.example": address for name, address in extra.items()}
        names |= {"slow-name.example": "drop", "unreachable.example": "203.0.113.99"}
        lab.serve(lab.gateway, {"kind": "dns", "address": GATEWAY, "names": names})
        tls = [
            {
                "kind": "tls",
                "address": places[f"{name}.example"],
                "port": 443,
                "certificate": chain_file(folder / f"{name}.pem", made[name]),
                "old": name == "old",
            }
            for name in NAMES
        ]
        lab.serve(lab.internet, *tls, *({"address": extra[name], "port": 80, **one} for name, one in HTTP.items()))
        lab.ca = str(folder / "ca.pem")
        yield lab
    finally:
        lab.stop()


HTTP = {
    "plain": {"kind": "http"},
    "busy": {"kind": "http", "status": 503},
    "portal": {"kind": "http", "status": 302, "fields": {"Location": "http://login.portal.example/"}},
    "www": {"kind": "http", "status": 301, "fields": {"Location": "https://www.www.example/x"}},
    "net-auth": {"kind": "http", "status": 511},
    "silent": {"kind": "silent"},
    "reset": {"kind": "reset"},
    "drip": {"kind": "drip"},
    "ssh": {"kind": "banner"},
}


def probe(lab, services, proxy=""):
    return lab.python(PROBE, services, proxy, SSL_CERT_FILE=lab.ca)


@pytest.fixture(scope="module")
def seen(lab):
    words = [f"{name}=https://{name}.example/" for name in (*NAMES, "missing", "slow-name", "unreachable")]
    words += [f"{name}=http://{name}.example/" for name in HTTP]
    words += ["refused=https://good.example:444/", "no-tls=https://ssh.example:80/"]
    return probe(lab, " ".join(words))


@pytest.mark.parametrize(
    ("name", "failure"),
    {
        "good": None, "soon": None, "plain": None, "www": None,
        "expired": "tls-expired", "future": "tls-not-yet-valid", "wrong": "tls-name", "untrusted": "tls-chain",
        "old": "tls-old-protocol", "no-tls": "tls-failed",
        "missing": "dns-failed", "slow-name": "dns-failed", "refused": "tcp-refused",
        "busy": "http-status", "portal": "http-redirect-elsewhere", "net-auth": "http-portal",
        "silent": "http-timeout", "reset": "http-reset", "drip": "http-timeout", "ssh": "http-malformed",
    }.items(),
)  # fmt: skip
def test_each_failure_has_its_name(seen, name, failure):
    item = item_of(seen, name)
    assert item.get("failure") == failure
    assert item["reachable"] is (failure is None)


def item_of(seen, name):
    return next(item for item in seen["facts"]["services"] if item["id"] == name)


def test_an_address_that_nobody_has_is_a_timeout_or_unreachable(seen):
    assert item_of(seen, "unreachable")["failure"] in ("tcp-timeout", "tcp-unreachable")


def test_a_good_service_has_every_step_timed_in_steps(seen):
    item = item_of(seen, "good")
    assert {item[f"{step}_ms"] for step in ("dns", "tcp", "tls", "http")} <= {100, 300, 1000}
    assert (item["tls_valid"], item["tls_version"], item["tls_days_left"]) == (True, "TLSv1.3", 90)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", item["tls_expires"])
    assert item["http_status"] == 200


def test_certificates_that_were_refused_say_so_and_the_version_is_known_all_the_same(seen):
    for name in ("expired", "future", "wrong", "untrusted"):
        item = item_of(seen, name)
        assert (item["tls_valid"], item["tls_version"]) == (False, "TLSv1.3"), name
        assert "http_status" not in item, "nothing is asked of a server that is not the service"
    assert item_of(seen, "expired")["tls_days_left"] == 0
    assert item_of(seen, "soon")["tls_days_left"] == 7
    assert item_of(seen, "old")["tls_version"] == "TLSv1"


def test_a_portal_that_answers_in_place_of_a_service_is_named(seen):
    assert item_of(seen, "portal")["redirect_host"] == "login.portal.example"


def test_what_was_seen_fits_the_catalogue(seen):
    check(seen["facts"], KINDS["reachability"].facts, "reachability")


def test_the_counts_count_what_was_tried(seen):
    facts = seen["facts"]
    assert facts["service_count"] == facts["required_count"] == len(facts["services"]) == 21
    assert facts["reachable_count"] == 4
    assert facts["unreachable_required_count"] == 17
    assert facts["dns_failed_required_count"] == 2
    assert facts["tls_invalid_required_count"] == 4
    assert facts["tls_old_required_count"] == 1
    assert "least_tls_days_left" not in facts, "some certificates were not seen"


def test_looking_twice_gives_the_same(lab):
    words = "good=https://good.example/ soon=https://soon.example/ expired=https://expired.example/"
    first, second = probe(lab, words), probe(lab, words)
    assert first == second
    assert first["status"] == "ok"
    assert first["facts"]["least_tls_days_left"] == 0


def test_through_a_proxy_https_is_tried_and_http_is_a_gap(lab):
    proxy = {
        "kind": "proxy",
        "address": "203.0.113.30",
        "port": 3128,
        "targets": {"good.example:443": ["203.0.113.11", 443], "wrong.example:443": ["203.0.113.14", 443]},
    }
    process = lab.serve(lab.internet, proxy)
    words = (
        "good=https://good.example/ wrong=https://wrong.example/ soon=https://soon.example/ plain=http://plain.example/"
    )
    seen = probe(lab, words, "http://203.0.113.30:3128")
    lab.end(process)
    assert seen["reason"] == "proxy-http: plain"
    assert {item["id"]: item.get("failure") for item in seen["facts"]["services"]} == {
        "good": None, "wrong": "tls-name", "soon": "proxy-failed",
    }  # fmt: skip
    assert {item["via"] for item in seen["facts"]["services"]} == {"proxy"}
    assert "dns_failed_required_count" not in seen["facts"]
    assert "unreachable_required_count" not in seen["facts"], "one required service was not tried"


def test_a_resolver_that_answers_for_every_name_is_not_believed():
    lab = Lab()
    try:
        lab.start()
        lab.serve(lab.gateway, {"kind": "dns", "address": GATEWAY, "names": {"*": "203.0.113.10"}})
        lab.serve(lab.internet, {"kind": "http", "address": "203.0.113.10", "port": 80})
        seen = lab.python(PROBE, "his=http://his.example/", "")
    finally:
        lab.stop()
    assert item_of(seen, "his")["failure"] == "dns-catches-all"
    assert seen["facts"]["unreachable_required_count"] == seen["facts"]["dns_failed_required_count"] == 1
