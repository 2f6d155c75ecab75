"""SSH by paramiko's server side: real key exchange, a banner of the vendor's, one login a connection.

`names`: `ssh_banner` (`SSH-2.0-…`), `ssh_tries`.
"""

import functools
import logging
import threading

import paramiko

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what clients break off is no news
READING = ("show", "print", "display", "exit", "quit", "logout", "/system resource print", "uname")


@functools.cache
def host_key():
    """One for all: making it is what costs."""
    return paramiko.ECDSAKey.generate(bits=256)


class Session(paramiko.ServerInterface):
    """Counts what one connection does."""

    def __init__(self, device, service, entry):
        self.device, self.state, self.service, self.entry = device, device.state, service, entry
        self.token = self.transport = None

    def get_allowed_auths(self, username):
        return "password"

    def check_auth_none(self, username):
        return self._let_in() if self.device.mutation == "open" else paramiko.AUTH_FAILED

    def check_auth_password(self, username, password):
        self.entry.talked = True
        self.entry.logins += 1
        answer = self.state.login(
            f"ssh/{self.service.port}", username, lambda known: known == password, self.entry.peer[0]
        )
        if answer == "locked":
            self.transport.close()
        return self._let_in() if answer.good else paramiko.AUTH_FAILED

    def _let_in(self):
        self.token = self.state.open_session(f"ssh {self.entry.peer[1]}")
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_):
        return True

    def check_channel_shell_request(self, channel):
        return True

    def check_channel_exec_request(self, channel, command):
        text = command.decode("utf-8", "replace")
        if not text.startswith(READING):
            self.state.wrote(f"ssh {text}")
        threading.Thread(target=answer_exec, args=(channel,), daemon=True).start()
        return True


def answer_exec(channel):
    channel.send(b"version: 6.49.10\r\n")
    channel.send_exit_status(0)
    channel.close()


class Ssh:
    """Served by threads: `run(listener)` ends when the process does."""

    def __init__(self, device, service):
        self.device, self.service = device, service

    def run(self, listener):
        while True:
            connection, peer = listener.accept()
            threading.Thread(target=self.serve, args=(connection, peer), daemon=True).start()

    def serve(self, connection, peer):
        entry = self.device.connection(self.service.port, peer)
        session = Session(self.device, self.service, entry)
        transport = None
        try:
            transport = paramiko.Transport(connection)
            transport.local_version = self.device.kind.names.get("ssh_banner", "SSH-2.0-dropbear_2019.78")
            session.transport = transport
            transport.add_server_key(host_key())
            transport.start_server(server=session)
            while transport.is_active():
                transport.join(0.05)
        except (paramiko.SSHException, EOFError, OSError):
            pass
        finally:
            if transport is not None:
                transport.close()
            if session.token:
                session.state.close_session(session.token)
            entry.close()
            connection.close()
