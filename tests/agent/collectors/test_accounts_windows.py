"""Kind `accounts` on Windows: by security identifiers, whatever the display language."""

import copy

import pytest
from tests.assets.windows_snapshot import load_snapshot

from tuanthu_agent.collectors import accounts
from tuanthu_agent.collectors.interface import CollectorError, Settings
from tuanthu_agent.host import HostError

WINDOWS_10 = load_snapshot("hardening_windows_10")
ADMINISTRATORS = "S-1-5-32-544"
TRANSLATED = {
    "vi": {"500": "Quản trị viên", "501": "Khách", "1001": "Tiếp đón", "1002": "Dược sĩ cũ"},
    "de": {"500": "Verwaltung", "501": "Gast", "1001": "Empfang", "1002": "Apotheker (alt)"},
}


def look(windows_machine, document):
    return accounts.collect(windows_machine(document), Settings())


def changed(**accounts_):
    document = copy.deepcopy(WINDOWS_10)
    document["accounts"].update(accounts_)
    return document


def named(language):
    document = copy.deepcopy(WINDOWS_10)
    for user in document["accounts"]["users"]:
        user["name"] = TRANSLATED[language].get(user["sid"].rsplit("-", 1)[-1], user["name"])
    for member in document["accounts"]["members"][ADMINISTRATORS]:
        member["name"] = "PRAXIS\\" + TRANSLATED[language].get(member["sid"].rsplit("-", 1)[-1], "Domänen-Admins")
    return document


def test_a_client_is_described_whole(windows_machine):
    result = look(windows_machine, "hardening_windows_10")
    assert (result.status.value, result.reason) == ("partial", "not-exposed: password-complexity")
    facts = dict(result.facts)
    users = {item["id"].rsplit("-", 1)[-1]: item for item in facts.pop("accounts")}
    assert users["1001"] == {
        "name": "Tiếp đón",
        "id": "S-1-5-21-1085031214-1563985344-725345543-1001",
        "system": False,
        "enabled": True,
        "administrator": True,
        "password": "required",
        "password_expires": True,
        "last_logon": "2026-11-23T00:00:00Z",
        "idle_since": "2026-11-23T00:00:00Z",
    }
    assert (users["1002"]["password"], users["1002"]["idle_since"]) == ("empty-allowed", "2026-05-02T00:00:00Z")
    assert (users["503"]["system"], users["501"]["enabled"]) == (True, False)
    assert "idle_since" not in users["500"]
    assert [one["kind"] for one in facts.pop("administrators")] == ["user", "user", "group"]
    assert facts == {
        "enabled_count": 2,
        "administrator_count": 2,
        "everyone_administrator": False,
        "builtin_administrator_enabled": False,
        "builtin_administrator_name": "Administrator",
        "guest_enabled": False,
        "password_not_required_count": 1,
        "never_expiring_count": 1,
        "blank_password_console_only": True,
        "lockout_threshold": 10,
        "lockout_minutes": 10,
        "password_min_length": 0,
        "password_max_age_days": 42,
        "password_history": 0,
    }


@pytest.mark.parametrize("language", TRANSLATED)
def test_names_in_another_language_change_names_only(language, windows_machine):
    def nameless(facts):
        kept = {name: value for name, value in facts.items() if name != "builtin_administrator_name"}
        for one in ("accounts", "administrators"):
            kept[one] = [{key: value for key, value in item.items() if key != "name"} for item in kept[one]]
        return kept

    original = look(windows_machine, WINDOWS_10)
    translated = look(windows_machine, named(language))
    assert nameless(translated.facts) == nameless(original.facts)
    assert translated.facts["builtin_administrator_name"] == TRANSLATED[language]["500"]


def test_a_group_of_everybody_among_the_administrators_is_seen(windows_machine):
    facts = look(windows_machine, "hardening_windows_7").facts
    assert (facts["everyone_administrator"], facts["administrator_count"]) == (True, 2)
    assert (facts["guest_enabled"], facts["builtin_administrator_enabled"]) == (True, True)
    assert facts["password_classes"] == 3


@pytest.mark.parametrize("sid", ["S-1-5-11", "S-1-5-32-545", "S-1-5-21-9-8-7-513", "S-1-5-4"])
def test_every_sort_of_everybody_counts(sid, windows_machine):
    document = changed(members={ADMINISTRATORS: [{"sid": sid, "name": "Mọi người", "kind": "group"}]})
    assert look(windows_machine, document).facts["everyone_administrator"] is True


def test_an_account_of_windows_own_that_was_enabled_is_taken_for_a_persons(windows_machine):
    users = copy.deepcopy(WINDOWS_10["accounts"]["users"])
    next(one for one in users if one["name"] == "DefaultAccount")["disabled"] = False
    facts = look(windows_machine, changed(users=users)).facts
    (item,) = [one for one in facts["accounts"] if one["id"].endswith("-503")]
    assert (item["system"], item["enabled"]) == (False, True)


def test_a_policy_without_an_end_makes_every_password_endless(windows_machine):
    policy = {**WINDOWS_10["accounts"]["policy"], "max_age_days": 0}
    assert look(windows_machine, changed(policy=policy)).facts["never_expiring_count"] == 2


def test_a_domain_controller_gives_a_gap_and_no_count(windows_machine, monkeypatch):
    host = windows_machine("hardening_server_2019")

    def refuse():
        raise HostError("domain-controller", "users")

    monkeypatch.setattr(host.windows.accounts, "users", refuse)
    result = accounts.collect(host, Settings())
    assert result.reason == "domain-controller: local-accounts"
    assert not [name for name in result.facts if name.endswith("_count")]
    assert result.facts["lockout_threshold"] == 5


@pytest.mark.parametrize(
    ("part", "kept", "lost"),
    [
        ("users", "administrators", ("accounts", "administrator_count", "guest_enabled", "enabled_count")),
        ("members", "guest_enabled", ("administrators", "administrator_count", "everyone_administrator")),
        ("policy", "guest_enabled", ("lockout_threshold", "password_min_length", "never_expiring_count")),
    ],
)
def test_what_cannot_be_read_costs_only_what_rests_on_it(part, kept, lost, windows_machine):
    document = changed()
    del document["accounts"][part]
    result = look(windows_machine, document)
    assert result.status.value == "partial"
    assert "permission-denied" in result.reason
    assert kept in result.facts
    assert not set(lost) & set(result.facts)


def test_nobody_found_is_no_finding(windows_machine):
    result = look(windows_machine, changed(users=[], members={}))
    assert not [name for name in result.facts if name.endswith("_count") or name.startswith("everyone")]
    assert "not-found: local-accounts" in result.reason


def test_a_list_that_is_too_long_is_left_out_and_its_counts_stay(windows_machine):
    one = {"disabled": False, "locked": False, "password_required": True, "password_expires": True}
    users = [{**one, "name": f"người {n}", "sid": f"S-1-5-21-1-2-3-{1000 + n}"} for n in range(201)]
    result = look(windows_machine, changed(users=users))
    assert "accounts" not in result.facts
    assert result.facts["enabled_count"] == 201
    assert "too-many: accounts" in result.reason


@pytest.mark.parametrize("family", ["macos", "other"])
def test_another_system_is_not_supported(machine, family):
    with pytest.raises(CollectorError, match=f"not-available: accounts on {family}") as raised:
        accounts.collect(machine({}, family_=family), Settings())
    assert raised.value.status.value == "unsupported"
