"""A station's network: a bridge, and a namespace with a cable for each device and for the scanner. No route leads out.

The namespaces have no names: descriptors of this process hold them, so that the kernel removes all of them when the
process ends, however it ends.
"""

import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
SETTINGS = ("net.ipv4.ip_forward=0", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv4.ping_group_range=0 0")


def call(function, *arguments):
    if function(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def current():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


class inside:  # noqa: N801  reads as a word
    """The calling thread is in that namespace for the block; sockets made meanwhile stay in it."""

    def __init__(self, namespace):
        self.namespace = namespace

    def __enter__(self):
        self.home = current()
        call(LIBC.setns, self.namespace, CLONE_NEWNET)

    def __exit__(self, *_):
        call(LIBC.setns, self.home, CLONE_NEWNET)
        os.close(self.home)


def new_namespace():
    home = current()
    call(LIBC.unshare, CLONE_NEWNET)
    made = current()
    call(LIBC.setns, home, CLONE_NEWNET)
    os.close(home)
    return made


def path_of(namespace):
    """By which other processes reach it while this one lives."""
    return f"/proc/{os.getpid()}/fd/{namespace}"


def ip(namespace, *lines):
    with inside(namespace):
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True, timeout=60)


class Network:
    """The wire; `cable` adds one host."""

    def __init__(self):
        self.wire = new_namespace()
        with inside(self.wire):
            subprocess.run(["sysctl", "-qw", *SETTINGS], check=True, timeout=10)
        ip(self.wire, "link add br0 type bridge", "link set br0 type bridge mcast_snooping 0", "link set br0 up")
        self.hosts = {}

    def cable(self, address, mac, prefix=24):
        """A namespace with that address on the wire.

        Its default route goes to the wire itself: packets for elsewhere come no further than a question for a MAC
        that nobody answers, and the recorder sees the question.
        """
        made = new_namespace()
        number = len(self.hosts)
        ip(
            self.wire,
            f"link add p{number} type veth peer name eth0 address {mac} netns {path_of(made)}",
            f"link set p{number} master br0 up",
        )
        ip(
            made,
            "link set lo up",
            "link set eth0 up",
            f"address add {address}/{prefix} dev eth0",
            "route add default dev eth0",
        )
        with inside(made):
            for setting in SETTINGS:
                name, _, value = setting.partition("=")
                with open("/proc/sys/" + name.replace(".", "/"), "w") as file:  # noqa: PTH123
                    file.write(value)
        self.hosts[address] = made, f"p{number}"
        return made

    def namespace(self, address):
        return self.hosts[address][0]

    def port(self, address):
        return self.hosts[address][1]
