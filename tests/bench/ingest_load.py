"""Load for the ingest bench: a policy of 30 rules, signed 6 kB reports, and a lean HTTP client process."""

import asyncio
import random
import sys
import time
from multiprocessing import get_context

import yaml
import zstandard
from tests.assets.policies import TEXT, read
from tests.assets.signing import TestAgent, now_text, observation

RULES = 30
WORDS = [
    "kaspersky",
    "bkav",
    "clamd",
    "windows",
    "office",
    "trạm",
    "y",
    "tế",
    "cập",
    "nhật",
    "dịch",
    "vụ",
    "mạng",
    "nội",
    "bộ",
    "phiên",
    "bản",
]


def bench_policy():
    """Thirty rules on one kind, six controls of five rules each."""
    text = yaml.safe_load(TEXT)
    facts = {f"f{n:02}": {"type": "boolean", "title": text, "description": text} for n in range(RULES)}
    facts |= {f"t{n:02}": {"type": "text", "title": text, "description": text} for n in range(RULES)}
    rules = [
        {"id": f"bench.r{n:02}", "title": text, "rationale": text, "remediation": text, "severity": "high", "max_age": "7d",
         "condition": {"fact": f"bench.f{n:02}", "is": True}}
        for n in range(RULES)
    ]  # fmt: skip
    controls = [
        {"id": f"c{n}", "clause": str(n), "title": text, "text": text, "source": "x", "verified": "paraphrase",
         "rules": [f"bench.r{rule:02}" for rule in range(n * 5, n * 5 + 5)]}
        for n in range(RULES // 5)
    ]  # fmt: skip
    document = {"number": "1", "date": "2018-05-25", "issuer": text, "title": text}
    framework = {"id": "bench", "title": text, "document": document, "controls": controls}
    kinds = [{"kind": "bench", "title": text, "facts": facts}]
    return read(yaml.safe_dump({"kinds": kinds, "rules": rules, "frameworks": [framework]}, allow_unicode=True))


class Machine:
    """One agent whose facts change from report to report."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.agent = TestAgent()
        self.flags = [True] * RULES
        self.texts = [self.filler() for _ in range(RULES)]

    def filler(self) -> str:
        words = [self.random.choice(WORDS) for _ in range(18)]
        return " ".join(words) + f" {self.random.getrandbits(160):x}"

    def request(self, changed: int) -> bytes:
        """One HTTP request with `changed` of the thirty results turned over."""
        for place in self.random.sample(range(RULES), changed):
            self.flags[place] = not self.flags[place]
            self.texts[place] = self.filler()
        facts = {f"f{n:02}": flag for n, flag in enumerate(self.flags)} | {
            f"t{n:02}": text for n, text in enumerate(self.texts)
        }
        payload, signature = self.agent.report([observation("bench", facts)])
        body = zstandard.ZstdCompressor(level=3).compress(payload)
        head = (
            f"POST /agent/v1/reports HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: zstd\r\nContent-Length: {len(body)}\r\n"
            f"Tuanthu-Agent: {self.agent.id}\r\nTuanthu-Signature: {signature}\r\nTuanthu-Sent-At: {now_text()}\r\n\r\n"
        )
        self.payload_bytes = len(payload)
        return head.encode() + body


class Connection(asyncio.Protocol):
    """Sends its machine's requests one after the other on one connection."""

    def __init__(self, requests: list[bytes], done: "asyncio.Future[None]") -> None:
        self.requests = requests[::-1]
        self.done = done
        self.buffer = b""
        self.bad = 0

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.transport.write(self.requests.pop())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]):
            return
        self.bad += not head.startswith(b"HTTP/1.1 200")
        self.buffer = b""
        if self.requests:
            self.transport.write(self.requests.pop())
        else:
            self.transport.close()
            self.done.set_result(None)


async def _send(port: int, plans: list[list[bytes]]) -> int:
    loop = asyncio.get_running_loop()
    connections = []
    for requests in plans:
        done = loop.create_future()
        _, protocol = await loop.create_connection(lambda r=requests, d=done: Connection(r, d), "127.0.0.1", port)
        connections.append(protocol)
    await asyncio.gather(*(protocol.done for protocol in connections))
    return sum(protocol.bad for protocol in connections)


def _client(port: int, plans: list[list[bytes]], results) -> None:
    import uvloop

    began = time.perf_counter()
    bad = uvloop.run(_send(port, plans))
    results.put((began, time.perf_counter(), bad))


def send_all(port: int, plans: list[list[bytes]]) -> float:
    """Send every machine's requests from one client process; returns seconds from the first to the last answer."""
    context = get_context("fork")
    results = context.Queue()
    client = context.Process(target=_client, args=(port, plans, results))
    client.start()
    began, ended, bad = results.get()
    client.join()
    if bad:
        sys.exit(f"{bad} reports were not acknowledged")
    return ended - began
