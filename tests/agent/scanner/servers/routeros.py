"""A RouterOS API as MikroTik documents it: words with a length, sentences, both generations of login."""

import hashlib
import secrets


def read_word(sock):
    first = _exactly(sock, 1)[0]
    for mask, prefix, more in ((0x80, 0x00, 0), (0xC0, 0x80, 1), (0xE0, 0xC0, 2), (0xF0, 0xE0, 3)):
        if first & mask == prefix:
            length = int.from_bytes(bytes([first & ~mask & 0xFF]) + _exactly(sock, more), "big")
            return _exactly(sock, length).decode()
    raise ValueError("length")


def _exactly(sock, count):
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_sentence(sock):
    words = []
    while word := read_word(sock):
        words.append(word)
    return words


def write_sentence(sock, *words):
    data = b""
    for word in words:
        raw = word.encode()
        data += bytes([len(raw)]) if len(raw) < 0x80 else (len(raw) | 0x8000).to_bytes(2, "big")
        data += raw
    sock.sendall(data + b"\0")


class RouterOsApi:
    """One device; `old`: before 6.43; `open_`: asks for no login; `says`: what it says to a wrong one."""

    def __init__(self, user, password, *, old=False, open_=False, says="invalid user name or password (6)"):
        self.user, self.password, self.old, self.open, self.says = user, password, old, open_, says
        self.failures = 0
        self.commands = []
        self.left = 0

    def __call__(self, sock):
        logged_in = self.open
        challenge = secrets.token_bytes(16)
        while True:
            command, *rest = read_sentence(sock)
            self.commands.append(command)
            words = dict(word[1:].split("=", 1) for word in rest if word.startswith("="))
            if command == "/login":
                logged_in = self.login(sock, words, challenge)
            elif command == "/quit":
                self.left += 1
                write_sentence(sock, "!fatal", "session terminated on request")
                return
            elif not logged_in:
                write_sentence(sock, "!fatal", "not logged in")
                return
            else:
                write_sentence(sock, "!re", "=uptime=1w", "=version=7.14.3 (stable)", "=board-name=hAP ax2")
                write_sentence(sock, "!done")

    def login(self, sock, words, challenge):
        if self.old and "response" not in words:
            write_sentence(sock, "!done", f"=ret={challenge.hex()}")
            return False
        expected = "00" + hashlib.md5(b"\0" + self.password.encode() + challenge).hexdigest()
        right = words.get("response") == expected if self.old else words.get("password") == self.password
        if right and words.get("name") == self.user:
            write_sentence(sock, "!done")
            return True
        self.failures += 1
        write_sentence(sock, "!trap", f"=message={self.says}")
        write_sentence(sock, "!done")
        return False
