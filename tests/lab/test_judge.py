"""The judge: each way to be wrong is called by its name, and an honest report passes."""

from tests.lab.devices.registry import KINDS
from tests.lab.judge import check
from tests.lab.station import EXCLUDED, Host, truths

ADDRESS = "10.77.0.10"
QUIET = {"attempts": [], "locks": [], "while_locked": 0, "opened": 0, "closed": 0, "evictions": 0, "writes": [], "parallel_logins": 0}  # fmt: skip


def line(verdict, *, port=80, protocol="http", **more):
    found = {
        "ip": ADDRESS,
        "port": port,
        "protocol": protocol,
        "verdict": verdict,
        "account": None,
        "tested": 1,
        "documented": 1,
    }
    return found | {"evidence": [], "reason": None} | more


def judged(mutation, lines, *, kind="tplink-cookie", sent=(), **seen):
    host = Host(kind, ADDRESS, mutation)
    report = {"devices": {ADDRESS: QUIET | seen}, "wire": {"lost": 0, "sent": list(sent)}}
    return check(lines, [host], report)


def codes(*arguments, **names):
    return sorted(judged(*arguments, **names).figures())


REFUSED = [[1.0, "http/80", "admin", "refused"]]


def test_an_honest_report_has_no_problem():
    assert codes("default", [line("default-confirmed", account="admin")]) == []
    assert codes("changed", [line("default-rejected")], attempts=REFUSED) == []
    assert codes("accepts-any", [line("accepts-any")]) == []
    assert codes("already-locked", [line("locked")], kind="dahua") == []


def test_what_stands_open_on_a_real_server_and_is_not_told_is_a_problem():
    service = {"kind": "real-telnetd", "attempts": [[0.0, "telnet/23", "admin", "accepted"]]}
    confirmed = line("default-confirmed", port=23, protocol="telnet", account="admin")
    assert codes("default", [confirmed], **service) == ["exposure-missed"]
    assert codes("default", [confirmed | {"exposures": ["telnet-open"]}], **service) == []


def test_a_silent_or_mistaken_report_of_a_default_is_a_miss():
    assert codes("default", []) == ["missed", "unseen"]
    assert "missed" in codes("default", [line("inconclusive")])
    assert "false-pass" in codes("default", [line("default-rejected")], attempts=REFUSED)


def test_a_default_whose_accounts_are_not_all_tested_yet_is_unfinished():
    verdict = judged("default", [line("inconclusive", tested=1, documented=3)])
    assert verdict.problems == []
    assert verdict.unfinished == [("tplink-cookie", ADDRESS)]


def test_a_default_that_waits_for_its_control_login_is_unfinished():
    verdict = judged("default", [line("inconclusive", reason="control-pending")])
    assert verdict.problems == []
    assert verdict.unfinished == [("tplink-cookie", ADDRESS)]


def test_a_confirmation_of_what_is_none_is_false():
    assert codes("changed", [line("default-confirmed", account="admin")]) == ["false-confirmed"]
    assert codes("catch-all", [line("default-confirmed", account="admin")]) == ["false-confirmed"]
    assert "false-confirmed" in codes("accepts-any", [line("default-confirmed", account="admin")])
    assert codes("default", [line("default-confirmed", account="root")]) == ["false-confirmed"]


def test_a_pass_needs_a_refusal_that_the_device_gave():
    assert codes("changed", [line("default-rejected")]) == ["false-pass"]
    assert codes("changed", [line("default-rejected", tested=1, documented=2)], attempts=REFUSED) == ["false-pass"]
    assert codes("reset", [line("default-rejected")], attempts=REFUSED) == ["false-pass"]
    assert codes("already-locked", [line("default-rejected")], kind="dahua", attempts=REFUSED) == ["false-pass"]


def test_a_verdict_where_nobody_can_log_in_is_false():
    assert codes("default", [line("default-rejected")], kind="intranet") == ["false-verdict"]
    assert codes("default", [line(None)], kind="intranet") == []


def test_what_was_done_to_a_device_is_told():
    rows = [[0.1, "http/80", "admin", "refused"]] * 3
    said = [line("inconclusive")]
    assert codes("changed", said, attempts=rows) == ["over-budget"]
    assert codes("changed", said, locks=["ip 10.77.0.2"]) == ["locked"]
    assert codes("changed", said, opened=2, closed=1) == ["session-left"]
    assert codes("changed", said, evictions=1, writes=["POST /apply"], parallel_logins=1) == [
        "evicted",
        "parallel",
        "write",
    ]
    assert codes("changed", said, while_locked=2) == ["kept-on"]


def test_what_left_the_scope_is_told():
    assert codes("changed", [line("inconclusive")], sent=[["arp", "8.8.8.8", 0, 1]]) == ["strayed"]
    assert codes("changed", [line("inconclusive")], sent=[["tcp", EXCLUDED, 80, 1]]) == ["strayed"]
    assert (
        codes("changed", [line("inconclusive")], sent=[["tcp", ADDRESS, 80, 4], ["udp", "239.255.255.250", 1900, 1]])
        == []
    )


def test_every_kind_and_mutation_has_its_truth():
    for kind in KINDS.values():
        for mutation in kind.mutations():
            for truth in truths(Host(kind.id, ADDRESS, mutation)):
                assert truth.allowed, (kind.id, mutation)
                if "default-rejected" in truth.allowed:
                    assert not truth.accounts or truth.protocol != "http", (kind.id, mutation)


def test_a_devices_own_word_names_no_account():
    assert codes("default", [line("default-confirmed", reason="attested")]) == []
    assert codes("default", [line("default-confirmed")]) == ["false-confirmed"]
