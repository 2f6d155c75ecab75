"""How a module of the scanner could send a packet past the door, as an AST shows it."""

import ast
from collections.abc import Iterator

ONLY_NAMES = {
    "socket": {"socket", "timeout", "error", "gaierror", "herror", "AF_INET", "AF_INET6", "SHUT_RDWR", "SHUT_WR"}
}
"""Of these modules only that may be used: types, errors and numbers."""

FORBIDDEN_MODULES = {
    *("requests", "urllib.request", "urllib3", "http.client", "httpx", "aiohttp", "websockets", "xmlrpc.client"),
    *("ftplib", "telnetlib", "smtplib", "poplib", "imaplib", "nntplib", "socketserver", "asyncore", "_socket"),
    *("scapy", "icmplib", "nmap", "subprocess", "multiprocessing.connection", "pty", "ctypes"),
    # These open sockets of their own.
    *("pysnmp.hlapi", "pysnmp.carrier", "pysnmp.entity.rfc3413", "paramiko.client", "librouteros.connections"),
    # So do these of ours.
    *("tuanthu_agent.wire", "tuanthu_agent.transport", "tuanthu_agent.linewatch", "tuanthu_agent.collectors.wan"),
    *("tuanthu_agent.collectors.reachability", "tuanthu_agent.collectors.lan.probes"),
    *("tuanthu_agent.collectors.lan.dns", "tuanthu_agent.windows.icmp"),
}
FORBIDDEN_NAMES = {
    "librouteros": {"connect", "async_connect"},
    "zeroconf": {"Zeroconf", "ServiceBrowser", "AsyncServiceBrowser", "AsyncZeroconf", "ServiceInfo"},
    "paramiko": {"SSHClient", "ProxyCommand"},
    "asyncio": {
        *("open_connection", "open_unix_connection", "start_server", "start_unix_server"),
        *("create_subprocess_exec", "create_subprocess_shell"),
    },
    "os": {"system", "popen", "posix_spawn", "posix_spawnp", "execv", "execve", "execvp", "fork", "spawnv"},
    "ssl": {"get_server_certificate"},
}
"""Not even as an attribute of the module."""
FORBIDDEN_METHODS = {
    *("create_connection", "create_datagram_endpoint", "create_unix_connection", "create_server"),
    *("sock_connect", "sock_sendto", "sock_sendfile", "subprocess_exec", "subprocess_shell"),
}
"""Of an event loop or of `socket`, whatever they hang on."""


def ways_past_the_door(tree: ast.Module) -> Iterator[str]:
    """Each way, with its line; empty for a module that keeps to the door."""
    annotations = {id(part) for node in ast.walk(tree) for note in _annotations(node) for part in ast.walk(note)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"{node.lineno}: import {one.name}" for one in node.names if _is_forbidden(one.name))
        elif isinstance(node, ast.ImportFrom):
            yield from _from_import(node)
        elif isinstance(node, ast.Attribute):
            yield from _attribute(node, in_annotation=id(node) in annotations)
        elif isinstance(node, ast.Call):
            yield from _call(node)


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("annotation", "returns"):
        note = getattr(node, name, None)
        if note is not None:
            yield note


def _is_forbidden(module: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in FORBIDDEN_MODULES)


def _from_import(node: ast.ImportFrom) -> Iterator[str]:
    module = node.module or ""
    for one in node.names:
        whole = f"{module}.{one.name}"
        only = ONLY_NAMES.get(module)
        # A name taken out of `socket` could be called unseen.
        taken = only is not None and (one.name not in only or one.name == "socket")
        if (
            node.level
            or taken
            or _is_forbidden(module)
            or _is_forbidden(whole)
            or one.name in FORBIDDEN_NAMES.get(module.split(".")[0], ())
        ):
            yield f"{node.lineno}: from {module} import {one.name}"


def _attribute(node: ast.Attribute, *, in_annotation: bool) -> Iterator[str]:
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    only = ONLY_NAMES.get(owner)
    if (
        (only is not None and (node.attr not in only or (node.attr == "socket" and not in_annotation)))
        or node.attr in FORBIDDEN_NAMES.get(owner, ())
        or node.attr in FORBIDDEN_METHODS
    ):
        yield f"{node.lineno}: {owner}.{node.attr}"


def _call(node: ast.Call) -> Iterator[str]:
    """paramiko's Transport opens a socket itself where it is given an address instead of one."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "Transport":
        first = node.args[0] if node.args else None
        if not isinstance(first, ast.Name | ast.Call | ast.Attribute):
            yield f"{node.lineno}: Transport of something else than a socket"
    if name in ("__import__", "import_module"):
        yield f"{node.lineno}: {name}"
