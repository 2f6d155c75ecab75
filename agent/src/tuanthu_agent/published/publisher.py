"""The key by which a collector's bundles are believed, asked of it over the connection that enrolment verified."""

import msgspec

from tuanthu_agent.errors import TransportError
from tuanthu_agent.transport import Transport
from tuanthu_policy.envelope import b64url_decode
from tuanthu_policy.published import PublisherKey

KEY_BYTES = 32
LONGEST = 4096


def publisher_of(transport: Transport) -> str:
    """The key (base64url); empty where the collector is older and has none. Raises TransportError."""
    try:
        status, body = transport.get("publisher", {}, LONGEST)
    except TransportError as error:
        if error.code == "not-a-collector":
            return ""
        raise
    try:
        key = msgspec.json.decode(body, type=PublisherKey).key if status == 200 else ""
        return key if len(b64url_decode(key.encode("ascii"))) == KEY_BYTES else ""
    except ValueError:
        return ""
