"""Which family wins, and which requests are worth sending."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policies.devices.making import answer, family, shipped

from tuanthu_policy.devices.evidence import SUBJECTS
from tuanthu_policy.devices.matching import generic_for, match, recognise, wanted_probes
from tuanthu_policy.devices.templates import TemplateError, fill, fill_tree, names_in


def made(name, weights, threshold=70, **changes):
    """An entry that goes by the SSH and FTP banners."""
    evidence = [{"where": where, "regex": regex, "weight": weight} for where, regex, weight in weights]
    return family(
        "generic-ssh",
        id=name,
        device_class="router",
        fingerprint={"ports": [], "evidence": evidence, "threshold": threshold},
        **changes,
    )


SSH, FTP = ("ssh.banner", "SSH", 70), ("ftp.banner", "FTP", 40)
SEEN = {"ssh.banner": "SSH-2.0-x", "ftp.banner": "FTP"}


def test_the_highest_score_wins_and_none_below_its_threshold():
    low, high = made("low", [SSH]), made("high", [SSH, FTP])
    won = recognise([low, high], SEEN)
    assert (won.best.family.id, won.best.score, won.rivals) == ("high", 100, ())
    assert won.best.evidence == ("ssh.banner", "ftp.banner")
    assert recognise([made("x", [FTP])], SEEN) is None
    assert recognise([low, high], {}) is None


def test_of_equal_scores_the_better_founded_entry_wins_and_the_others_are_named():
    draft, good, best = (
        made(name, [SSH], status=status)
        for name, status in [("a", "draft"), ("c", "documented"), ("d", "lab-verified")]
    )
    won = recognise([draft, good, best], SEEN)
    assert (won.best.family.id, set(won.rivals)) == ("d", {"a", "c"})


def test_a_generic_entry_wins_only_where_no_other_reaches_its_threshold():
    generic = shipped()["generic-ssh"]
    assert recognise([generic, made("x", [SSH], threshold=60)], SEEN).best.family.id == "x"
    won = recognise([generic, made("x", [FTP])], SEEN)
    assert (won.best.family.id, won.rivals) == ("generic-ssh", ())


def test_each_service_of_an_unknown_device_has_its_generic_entry():
    seen = {"ssh.banner": "SSH-2.0-x", "http.status": "401", "http.scheme": "basic\ndigest"}
    assert recognise(shipped().values(), seen).rivals == ()
    assert generic_for(shipped().values(), "ssh", seen).family.id == "generic-ssh"
    assert generic_for(shipped().values(), "http", seen).family.id == "generic-http-digest"
    assert generic_for(shipped().values(), "http", {**seen, "http.scheme": "basic"}).family.id == "generic-http-basic"
    assert generic_for(shipped().values(), "ftp", seen) is None


def test_a_veto_rules_a_family_out():
    hikvision = shipped()["hikvision-isapi"]
    seen = {"http.body": "doc/page/login.asp", "http.header.server": "App-webs/"}
    assert match(hikvision, seen).reached
    assert match(hikvision, {**seen, "http.catch_all": "true"}).score == 0


def test_probes_are_sent_only_to_what_already_looks_like_the_family():
    families = shipped().values()
    assert wanted_probes(families, {"ssh.banner": "SSH-2.0-OpenSSH_9"}) == []
    wanted = wanted_probes(families, {"mac.vendor": "Hikvision"})
    assert {(one.id, probe.id) for one, probe in wanted} == {
        ("hikvision-isapi", "activation"),
        ("hikvision-isapi", "user-check"),
    }
    answered = {
        ("hikvision-isapi", "activation"): answer(200, "<ActivateStatus><Activated>true</Activated></ActivateStatus>")
    }
    assert not match(shipped()["hikvision-isapi"], {"mac.vendor": "Hikvision"}).reached
    assert match(shipped()["hikvision-isapi"], {"mac.vendor": "Hikvision"}, answered).reached
    assert match(shipped()["hikvision-isapi"], {}, answered).score == 0


@given(
    st.dictionaries(st.sampled_from([*SUBJECTS, "http.body", "http.header.server", "http.realm"]), st.text(max_size=30))
)
def test_recognising_is_total_and_scores_stay_within_bounds(seen):
    for one in shipped().values():
        assert 0 <= match(one, seen).score <= 100
    won = recognise(shipped().values(), seen)
    assert won is None or won.best.reached


def test_templates():
    assert fill('{{"a":"{b}"}', {"b": "{c}"}) == '{"a":"{c}"}'
    assert fill_tree({"x": ["{b}", 1, True]}, {"b": "y"}) == {"x": ["y", 1, True]}
    assert names_in("{a}{{b}{c}") == {"a", "c"}


@pytest.mark.parametrize("text", ["{", "{A}", "{a b}", "a{}", "{a"])
def test_a_single_brace_is_an_error(text):
    with pytest.raises(TemplateError):
        names_in(text)
    with pytest.raises(TemplateError):
        fill(text, {"a": "1"})
