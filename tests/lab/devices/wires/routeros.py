"""The RouterOS API (MikroTik's manual, "API"): length-prefixed words, `/login =name= =password=` since 6.43."""

import asyncio


def encode_length(length):
    if length < 0x80:
        return bytes([length])
    if length < 0x4000:
        return (length | 0x8000).to_bytes(2, "big")
    if length < 0x200000:
        return (length | 0xC00000).to_bytes(3, "big")
    return (length | 0xE0000000).to_bytes(4, "big")


def sentence(*words):
    return b"".join(encode_length(len(word.encode())) + word.encode() for word in words) + b"\0"


async def read_length(reader):
    first = (await reader.readexactly(1))[0]
    for extra, limit in enumerate((0x80, 0xC0, 0xE0, 0xF0)):
        if first < limit:
            value = first & (0x7F >> extra)
            for byte in await reader.readexactly(extra):
                value = value << 8 | byte
            return value
    return int.from_bytes(await reader.readexactly(4), "big")


async def read_sentence(reader):
    words = []
    while True:
        length = await read_length(reader)
        if not length:
            return words
        words.append((await reader.readexactly(min(length, 65536))).decode("utf-8", "replace"))


class RouterOs:
    """Port 8728."""

    def __init__(self, device, service):
        self.device, self.state, self.service = device, device.state, service

    async def __call__(self, reader, writer, entry):
        token = None
        try:
            while True:
                words = await read_sentence(reader)
                entry.talked = True
                if not words:
                    continue
                if words[0] == "/login":
                    token = self.login(words, writer, entry)
                elif words[0] == "/quit":
                    writer.write(sentence("!fatal", "session terminated on request"))
                    return
                else:
                    self.command(words, token, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            if token:
                self.state.close_session(token)

    def login(self, words, writer, entry):
        sent = dict(word[1:].split("=", 1) for word in words[1:] if word.startswith("=") and "=" in word[1:])
        if "name" not in sent:
            writer.write(sentence("!done", "=ret=ebddd18303a54111e2dea05a92ab46b4"))
            return None
        entry.logins += 1
        answer = self.state.login(
            f"routeros/{self.service.port}", sent["name"], lambda p: p == sent.get("password", ""), entry.peer[0]
        )
        if answer.good:
            writer.write(sentence("!done"))
            return self.state.open_session(f"api {entry.peer[1]}")
        writer.write(sentence("!trap", "=message=invalid user name or password (6)") + sentence("!done"))
        return None

    def command(self, words, token, writer):
        if not token and self.device.mutation != "open":
            writer.write(sentence("!fatal", "not logged in"))
            return
        if not words[0].endswith(("/print", "/getall")):
            self.state.wrote(" ".join(words))
        writer.write(sentence("!re", f"=name={self.device.model}", "=version=6.49.10", "=platform=MikroTik"))
        writer.write(sentence("!done"))
