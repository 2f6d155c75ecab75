"""What is read of an answer: all that a test can name, whatever junk a device sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policies.devices.making import answer

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.challenges import parse_challenges
from tuanthu_policy.devices.evidence import is_evidence
from tuanthu_policy.devices.subjects import AnswerReader, evidence_reader, is_subject, page_evidence
from tuanthu_policy.devices.trees import read_xml

NAMES = [
    "status", "location", "realm", "scheme", "title", "body", "body.md5", "header.Server", "cookie.sid", "json.a.0.b", "xml.a/b/@c", "nothing",
]  # fmt: skip
DIGEST = 'Digest realm="cửa, \\"1\\"", qop="auth,auth-int", nonce=abc, stale=FALSE'


def read(given, where):
    return AnswerReader(given)(where)


def test_it_reads_several_challenges_in_one_field_and_in_several():
    one = parse_challenges([f'{DIGEST}, Basic realm="b", NTLM'])
    two = parse_challenges([DIGEST, 'basic realm="b"', "NTLM"])
    assert [(each.scheme, each.realm) for each in one] == [("digest", 'cửa, "1"'), ("basic", "b"), ("ntlm", None)]
    assert [each.parameters for each in one] == [each.parameters for each in two]
    assert one[0].parameters["stale"] == "FALSE"
    both = answer(401, WWW_Authenticate=[DIGEST, 'Basic realm="b"'])
    assert read(both, "scheme") == ("digest", "basic")
    assert read(both, "realm") == ('cửa, "1"', "b")


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<HTML><TITLE >\n Máy &amp;  in\t</TITLE>", ("Máy & in",)),
        ("<title></title>", ("",)),
        ("<title>never ends", ()),
        ("no title", ()),
        ("<title>" + "x" * 5000 + "</title>", ("x" * 300,)),
    ],
)
def test_it_reads_a_title(body, title):
    assert read(answer(body=body), "title") == title


def test_it_reads_cookies_headers_and_the_body_in_the_charset_that_is_named():
    one = answer(
        body="中".encode("gbk"),
        Content_Type="text/html; charset=GB2312",
        Set_Cookie=["a=1; Path=/", 'sid="x=y"; HttpOnly', "junk"],
    )
    assert (read(one, "cookie.sid"), read(one, "cookie.none"), read(one, "header.CONTENT-type")) == (
        ("x=y",),
        (),
        ("text/html; charset=GB2312",),
    )
    assert read(one, "body") == ("中",)
    assert read(answer(body=b"\xef\xbb\xbfabc"), "body") == ("abc",)


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        ('{"a":{"b":[1,{"c":true}]}}', "a.b.1.c", ("true",)),
        ('{"a":{"b":[1,2]}}', "a.b", ("[1,2]",)),
        ('\ufeff{"a":null}', "a", ()),
        ('[{"code":0}]', "0.code", ("0",)),
        ('{"a":"0"}', "a.b", ()),
        ("[1]", "7", ()),
        ("[1]", "-1", ()),
        ("[" * 100_000, "0", ()),
        ('{"a":NaN}', "a", ()),
        ('{"a":' + "9" * 5000 + "}", "a", ()),
        ('{"a":1e999}', "a", ("Infinity",)),
        ("<html>", "a", ()),
    ],
)
def test_it_reads_json(body, path, value):
    assert read(answer(body=body), f"json.{path}") == value


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        ('<?xml version="1.0"?><u:a xmlns:u="x"><b>1</b><b c="2"> 3 </b></u:a>', "a/b", ("1", "3")),
        ('<a><b c="2"/></a>', "a/b/@c", ("2",)),
        ('<a><b c="2"/></a>', "b", ()),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "a", ()),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>1</a>', "a", ()),
        ("<a><b></a>", "a", ()),
        ("", "a", ()),
    ],
)
def test_it_reads_xml_without_entities(body, path, value):
    assert read(answer(body=body), f"xml.{path}") == value


def test_it_reads_xml_that_is_deep_or_oddly_encoded_without_falling_over():
    assert read_xml(b"<a>" * 80_000 + b"</a>" * 80_000) is not None
    assert read_xml(b'<?xml version="1.0" encoding="nonsense"?><a/>') is None
    assert read_xml(b'<?xml version="1.0" encoding="utf-16"?><a/>') is None


@given(
    st.integers(100, 999),
    st.lists(
        st.tuples(st.sampled_from(["WWW-Authenticate", "Set-Cookie", "Content-Type", "Server"]), st.text(max_size=40)),
        max_size=5,
    ),
    st.one_of(st.binary(max_size=200), st.text(alphabet='<>{}[]/="a:,&;!\\0', max_size=60).map(str.encode)),
)
def test_reading_never_fails(status, headers, body):
    one = Answer(status, tuple(headers), body)
    for name in NAMES:
        assert all(isinstance(value, str) for value in read(one, name))
    assert all(is_evidence(name) for name in page_evidence(one) if not name.startswith(("http.cookie", "http.header")))


def test_evidence_gives_the_values_of_a_page_and_of_ports():
    page = answer(401, '{"a":1}', WWW_Authenticate=['Basic realm="x"', 'Digest realm="y"'], Server="S")
    see = evidence_reader({**page_evidence(page), "ports": "80 8291"})
    assert see("http.scheme") == ("basic", "digest")
    assert see("http.header.SERVER") == ("S",)
    assert see("http.json.a") == ("1",)
    assert see("ports") == ("80", "8291")
    assert see("ssh.banner") == ()


def test_only_subjects_that_exist_can_be_named():
    assert is_subject("header.X")
    assert is_subject("json.a")
    assert not is_subject("header.")
    assert not is_subject("ssh.banner")
    assert is_evidence("ssh.banner")
    assert is_evidence("http.title")
    assert not is_evidence("title")
