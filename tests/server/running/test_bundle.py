"""The bundle over HTTPS: signed questions, ETag, both encodings."""

import gzip
from contextlib import closing

import msgspec
import pytest
import zstandard
from tests.assets.signing import now_text, sign

from tuanthu_agent.published.verifying import verify
from tuanthu_policy.envelope import b64url
from tuanthu_policy.published import BUNDLE_REQUEST_TYPE, PublisherKey


def ask(served, agent, *, typ=BUNDLE_REQUEST_TYPE, named=None, **more):
    payload = msgspec.json.encode({"schema_version": 1, "agent": named or agent.id, "created_at": now_text()})
    headers = {
        "Tuanthu-Agent": agent.id,
        "Tuanthu-Bundle": b64url(payload).decode(),
        "Tuanthu-Signature": sign(agent.key, payload, typ),
    }
    return get(served, "/agent/v1/bundle", headers | {name.replace("_", "-"): value for name, value in more.items()})


def get(served, path, headers):
    with closing(served.connect(30)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()


@pytest.fixture(scope="module")
def agent(served):
    return served.enrolled()


def test_an_agent_gets_the_bundle_once(served, agent):
    status, _, body = get(served, "/agent/v1/publisher", {})
    key = msgspec.json.decode(body, type=PublisherKey).key
    status, headers, body = ask(served, agent, Accept_Encoding="gzip, zstd")
    assert (status, headers["Content-Encoding"]) == (200, "zstd")
    raw = zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 24)
    assert verify(raw, key).tag == headers["ETag"]
    assert ask(served, agent, If_None_Match=headers["ETag"])[::2] == (304, b"")
    for accepted, encoding, unpack in (("gzip", "gzip", gzip.decompress), ("identity", None, bytes)):
        status, answered, packed = ask(served, agent, Accept_Encoding=accepted, If_None_Match='"another"')
        assert (status, answered["Content-Encoding"], unpack(packed)) == (200, encoding, raw)


def test_nobody_else_gets_it(served, agent):
    assert get(served, "/agent/v1/bundle", {})[0] == 401
    assert ask(served, agent, typ="tuanthu-scan-order+json")[0] == 401
    assert ask(served, agent, named="0190d2f0-0000-7000-8000-000000000001")[0] == 400
    assert ask(served, agent, Tuanthu_Bundle="")[0] == 400
    assert ask(served, agent, Tuanthu_Bundle="é")[0] == 400
