"""MQTT 3.1.1: CONNECT is answered by CONNACK 0 (accepted), 4 (bad account) or 5 (not authorised)."""

import asyncio


class Mqtt:
    """A broker that takes logins and no messages."""

    def __init__(self, device, service):
        self.device, self.state, self.service = device, device.state, service

    async def __call__(self, reader, writer, entry):
        session = None
        try:
            while True:
                kind = (await reader.readexactly(1))[0] >> 4
                body = await reader.readexactly(await read_size(reader))
                entry.talked = True
                if kind == 1:
                    code, session = self.connect(body, entry)
                    writer.write(bytes([0x20, 2, 0, code]))
                    await writer.drain()
                    if code:
                        return
                elif kind == 12:
                    writer.write(b"\xd0\0")
                elif kind == 14:
                    return
                elif kind == 3:
                    self.state.wrote("mqtt publish")
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            if session:
                self.state.close_session(session)

    def connect(self, body, entry):
        size = int.from_bytes(body[:2], "big")
        flags = body[2 + size + 1]
        rest = body[2 + size + 4 :]
        fields = []
        while rest:
            length = int.from_bytes(rest[:2], "big")
            fields.append(rest[2 : 2 + length].decode("utf-8", "replace"))
            rest = rest[2 + length :]
        if not flags & 0x80:
            if self.device.mutation == "open":
                return 0, self.state.open_session(f"mqtt {entry.peer[1]}")
            return 5, None
        password = fields[-1] if flags & 0x40 else ""
        user = fields[-2] if flags & 0x40 else fields[-1]
        entry.logins += 1
        answer = self.state.login(f"mqtt/{self.service.port}", user, lambda known: known == password, entry.peer[0])
        if answer.good:
            return 0, self.state.open_session(f"mqtt {entry.peer[1]}")
        return 5, None


async def read_size(reader):
    size = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80 or shift > 21:
            return size
