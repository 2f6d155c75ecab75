"""An SSH server that answers a login in ways that real ones seldom do."""

import threading

import paramiko

HOST_KEY = paramiko.ECDSAKey.generate()


class OddServer(paramiko.ServerInterface):
    """`manner`: what it does at a login; counts what it was sent."""

    def __init__(self, manner, methods="password"):
        self.manner, self.methods = manner, methods
        self.passwords = self.channels = self.commands = 0
        self.transport = None

    def __call__(self, sock):
        self.transport = paramiko.Transport(sock)
        self.transport.add_server_key(HOST_KEY)
        self.transport.start_server(event=threading.Event(), server=self)
        self.transport.join(20)

    def get_allowed_auths(self, username):
        return self.methods

    def check_auth_none(self, username):
        return paramiko.AUTH_SUCCESSFUL if self.manner == "open" else paramiko.AUTH_FAILED

    def check_auth_password(self, username, password):
        self.passwords += 1
        manner = getattr(self, "do_" + self.manner.replace("-", "_"), None)
        return manner() if manner else paramiko.AUTH_SUCCESSFUL

    def do_hangs_up(self):
        self.transport.sock.close()
        return paramiko.AUTH_FAILED

    def do_silent(self):
        threading.Event().wait(4)
        return paramiko.AUTH_FAILED

    def do_change(self):
        message = paramiko.Message()
        message.add_byte(b"\x3c")
        message.add_string("Your password has expired")
        message.add_string("")
        self.transport._send_message(message)
        return paramiko.AUTH_FAILED

    def do_locked(self):
        self.says("Account locked, try again in 120 seconds")
        return paramiko.AUTH_FAILED

    def do_echo(self):
        self.says("you sent Mat-Khau.9x")
        return paramiko.AUTH_FAILED

    def do_partial(self):
        self.methods = "keyboard-interactive"
        return paramiko.AUTH_PARTIALLY_SUCCESSFUL

    def do_partial_change(self):
        return self.do_partial()

    def says(self, words):
        message = paramiko.Message()
        message.add_byte(b"\x35")
        message.add_string(words)
        message.add_string("")
        self.transport._send_message(message)

    def check_auth_interactive(self, username, submethods):
        ask = "New password: " if self.manner == "partial-change" else "Code: "
        return paramiko.InteractiveQuery("", "", ask)

    def check_auth_interactive_response(self, responses):
        self.passwords += 1
        return paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        self.channels += 1
        if self.manner == "no-session":
            return paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        self.commands += 1
        return True

    check_channel_shell_request = check_channel_exec_request
