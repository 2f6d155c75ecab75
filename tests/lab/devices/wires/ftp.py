"""FTP (RFC 959): USER, PASS, and what reads; `names`: `ftp_banner`."""

import asyncio

READING = {"SYST": "215 UNIX Type: L8", "PWD": '257 "/" is the current directory', "NOOP": "200 OK", "FEAT": "211 End", "TYPE": "200 OK", "STAT": "211 End", "OPTS": "200 OK"}  # fmt: skip
WRITING = {"STOR", "STOU", "APPE", "DELE", "RMD", "MKD", "RNFR", "RNTO", "SITE"}


class Ftp:
    """The control connection."""

    def __init__(self, device, service):
        self.device, self.state, self.names, self.service = device, device.state, device.kind.names, service

    async def __call__(self, reader, writer, entry):
        writer.write(f"220 {self.names.get('ftp_banner', 'FTP server ready')}\r\n".encode())
        user, session = "", None
        try:
            while True:
                line = (await reader.readuntil(b"\n")).decode("utf-8", "replace").strip()
                entry.talked = True
                word, _, rest = line.partition(" ")
                word = word.upper()
                if word == "USER":
                    user, reply = rest, "331 Password required"
                elif word == "PASS":
                    session, reply = self.login(user, rest, entry)
                else:
                    reply = self.command(word, rest, session)
                writer.write(f"{reply}\r\n".encode())
                await writer.drain()
                if word == "QUIT" or reply.startswith("421"):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            if session:
                self.state.close_session(session)

    def login(self, user, password, entry):
        entry.logins += 1
        answer = self.state.login(f"ftp/{self.service.port}", user, lambda known: known == password, entry.peer[0])
        if answer.good:
            return self.state.open_session(f"ftp {entry.peer[1]}"), "230 User logged in"
        if answer == "locked":
            return None, "421 Too many login failures"
        return None, "530 Login incorrect"

    def command(self, word, rest, session):
        if word == "QUIT":
            return "221 Goodbye"
        if not session:
            return "530 Please login with USER and PASS"
        if word in WRITING:
            self.state.wrote(f"ftp {word} {rest}")
        return READING.get(word, "502 Command not implemented")
