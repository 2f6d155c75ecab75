"""Servers, a door and targets for the protocols."""

import logging
import os
import threading

import msgspec
import pytest
from tests.agent.scanner.servers.door import LoopDoor
from tests.assets.servers.processes import private_accounts, wait_for

from tuanthu_agent.scanner.interface import Service, Target
from tuanthu_agent.scanner.protocols.registry import PROTOCOLS
from tuanthu_policy.devices.family import Account, Family, Fingerprint, HttpLogin, Login, Request, Step
from tuanthu_policy.devices.family import Test as DeviceTest
from tuanthu_policy.devices.family import Tests as DeviceTests
from tuanthu_policy.text import Text


@pytest.fixture
def door():
    made = LoopDoor()
    yield made
    assert made.open == 0, "a connection was left open"
    assert made.most <= 1, "two connections were open at once"
    wait_for(lambda: not any(type(thread).__name__ == "WatchedTransport" for thread in threading.enumerate()), 5.0)


@pytest.fixture(scope="session")
def accounts(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    return private_accounts(tmp_path_factory.mktemp("etc"))


def tests_of(**where):
    return DeviceTests(all=[DeviceTest(**where)])


BASIC = HttpLogin(
    preflight=[
        Step(id="state", request=Request(path="/admin", auth="none"), require=tests_of(where="status", equals=401))
    ],
    steps=[Step(id="page", request=Request(path="/admin", auth="basic"), attempt=True)],
    success=tests_of(where="title", equals="Quản trị"),
    confirm=Request(path="/status"),
    confirmed=tests_of(where="title", equals="Trạng thái"),
    failure=tests_of(where="status", equals=401),
)


def target_of(protocol, port, *, path="", tls=False):
    transport = "udp" if protocol == "snmp" else "tcp"
    login = Login(id="thu", protocol=protocol, path=path, http=BASIC if protocol == "http" else msgspec.UNSET)
    family = Family(
        schema=1, id="thu-nghiem", vendor="Thử nghiệm", family="Thử nghiệm", device_class="generic", status="documented",
        references=[], fingerprint=Fingerprint(ports=[], evidence=[]), logins=[login], remediation=Text("", ""),
    )  # fmt: skip
    return Target(Service("127.0.0.1", port, protocol, transport, tls), family, login)


@pytest.fixture
def looking(door):
    def look(protocol, port, seconds=10.0, **where):
        return PROTOCOLS[protocol].look(door, target_of(protocol, port, **where), seconds)

    return look


@pytest.fixture
def trying(door, caplog):
    """One login; whatever it comes to, the password stands neither in it nor in a log of any library."""
    caplog.set_level(logging.DEBUG)

    def attempt(protocol, port, user, password, seconds=20.0, **where):
        account = Account(user=user, password=password, source=0)
        came = PROTOCOLS[protocol].attempt(door, target_of(protocol, port, **where), account, seconds)
        assert len(password) < 6 or password not in repr(came) + caplog.text
        return came

    return attempt
