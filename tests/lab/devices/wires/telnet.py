"""Telnet (RFC 854): options, a login and password prompt, a shell of a few words.

`names`: `telnet_banner`, `telnet_login`, `telnet_prompt`, `telnet_tries` (logins before it hangs up).
"""

import asyncio

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
READING = ("show", "display", "print", "exit", "quit", "logout", "?", "help", "")


class Telnet:
    """One login a time; ends with the connection."""

    def __init__(self, device, service):
        self.device, self.state, self.names, self.service = device, device.state, device.kind.names, service

    async def __call__(self, reader, writer, entry):
        writer.write(bytes([IAC, WILL, 1, IAC, WILL, 3, IAC, DO, 24]))
        writer.write(self.names.get("telnet_banner", "").encode())
        session = None
        try:
            session = await self.sign_in(reader, writer, entry)
            if session:
                await self.shell(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if session:
                self.state.close_session(session)

    async def sign_in(self, reader, writer, entry):
        if self.device.mutation == "open":
            return self.state.open_session(f"telnet {entry.peer[1]}")
        for _ in range(self.names.get("telnet_tries", 3)):
            writer.write(self.names.get("telnet_login", "login: ").encode())
            user = await read_line(reader)
            entry.talked = True
            writer.write(b"Password: ")
            password = await read_line(reader)
            entry.logins += 1
            answer = self.state.login(
                f"telnet/{self.service.port}", user, lambda known, sent=password: known == sent, entry.peer[0]
            )
            if answer.good:
                return self.state.open_session(f"telnet {entry.peer[1]}")
            if answer == "locked":
                writer.write(b"\r\nToo many failures. Connection closed.\r\n")
                return None
            writer.write(self.names.get("telnet_refusal", "\r\nLogin incorrect\r\n").encode())
            await writer.drain()
        return None

    async def shell(self, reader, writer):
        prompt = self.names.get("telnet_prompt", "\r\n# ").encode()
        while True:
            writer.write(prompt)
            await writer.drain()
            line = (await read_line(reader)).strip()
            word = line.lstrip("/").split(" ", 1)[0]
            if word in ("exit", "quit", "logout"):
                return
            if word not in READING:
                self.state.wrote(f"telnet {line}")
            writer.write(b"\r\n% Unknown command\r\n")


async def read_line(reader):
    """A line without its Telnet commands."""
    line = bytearray()
    while True:
        byte = (await reader.readexactly(1))[0]
        if byte == IAC:
            await skip_command(reader)
        elif byte == 13:
            pass
        elif byte in (10, 0):
            return line.decode("utf-8", "replace")
        else:
            line.append(byte)


async def skip_command(reader):
    command = (await reader.readexactly(1))[0]
    if command == SB:
        while await reader.readexactly(1) != bytes([SE]):
            pass
    elif command in (DO, DONT, WILL, WONT):
        await reader.readexactly(1)
