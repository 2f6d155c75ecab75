"""Telnet devices of many makers as small scripts: prompts, words, and what they do with what is entered."""

import select

IAC_ECHO = b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18"


class TelnetDevice:
    """Asks, checks, and gives a shell. Texts are of the device; `entered` is what it was given."""

    def __init__(self, user, password, **texts):
        self.user, self.password = user, password
        self.greeting = texts.get("greeting", "\r\nWelcome\r\n")
        self.login = texts.get("login", "login: ")
        self.ask = texts.get("ask", "Password: ")
        self.refused = texts.get("refused", "\r\nLogin incorrect\r\n")
        self.prompt = texts.get("prompt", "# ")
        self.motd = texts.get("motd", "\r\nBusyBox v1.2\r\n\r\n")
        self.leave = texts.get("leave", "exit")
        self.after = texts.get("after", "")
        self.negotiates = texts.get("negotiates", True)
        self.hangs_up = texts.get("hangs_up", False)
        self.entered = []
        self.failures = self.left = 0

    def __call__(self, sock):
        if self.negotiates:
            sock.sendall(IAC_ECHO)
        sock.sendall(self.greeting.encode())
        while not self.let_in(sock):
            self.failures += 1
            sock.sendall(self.refused.encode())
            if self.hangs_up:
                return
        sock.sendall(self.motd.encode())
        if self.after:
            sock.sendall(self.after.encode())
            self.line(sock)
            return
        self.shell(sock)

    def let_in(self, sock):
        user = password = ""
        if self.login:
            sock.sendall(self.login.encode())
            user = self.line(sock, echo=True)
        if self.ask:
            sock.sendall(self.ask.encode())
            password = self.line(sock)
        return (user, password) == (self.user, self.password)

    def shell(self, sock):
        while True:
            sock.sendall(b"\r\n" + self.prompt.encode())
            line = self.line(sock, echo=True)
            if line == self.leave:
                self.left += 1
                return
            if line:
                sock.sendall(b"\r\n% Unknown command")

    def line(self, sock, echo=False):
        data = b""
        while not data.endswith(b"\n"):
            byte = sock.recv(1)
            if not byte:
                raise EOFError
            if byte == b"\xff":
                sock.recv(2)
                continue
            data += byte
        line = data.decode().strip("\r\n\0")
        self.entered.append(line)
        if echo:
            sock.sendall(line.encode())
        return line


def echo(sock):
    """Gives back whatever comes."""
    while data := sock.recv(4096):
        sock.sendall(data)


def quiet(sock):
    """Takes everything and says nothing, until the other side hangs up."""
    while sock.recv(4096):
        pass


def dripping(sock):
    """A letter now and then, for ever."""
    while not select.select([sock], [], [], 0.1)[0] or sock.recv(4096):
        sock.sendall(b".")
