"""Many devices at once, and of each of them one connection at a time, whatever addresses and ports it has."""

import time

from tests.agent.scanner.conftest import FakeClock, make_scope
from tests.agent.scanner.engine.scripted import OpenDoor, Scripted
from tests.agent.scanner.families import make_family

from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.engine.auditing import Tools
from tuanthu_agent.scanner.engine.books import Books
from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.http.pages import Attested
from tuanthu_agent.scanner.protocols.seen import Seen
from tuanthu_agent.scanner.scan import Means, audit_hosts
from tuanthu_policy.devices.family import Evidence, Fingerprint

FAMILY = make_family(
    fingerprint=Fingerprint(ports=[], evidence=[Evidence(where="mac.vendor", equals="Acme", weight=90)])
)


class OneDeviceAnAddress(Scripted):
    """Counts connections by device: addresses that end alike belong to the same one."""

    def connection(self, address):
        return super().connection(address.rpartition(".")[2])


def host(number, network=0):
    mac = f"a4:14:37:00:00:{number:02x}"
    address = f"127.20.{network}.{number}"
    services = (Service(address, 22, "ssh"), Service(address, 80, "http"), Service(address, 8080, "http"))
    return Host(address, mac, device=mac, services=services, evidence={"mac.vendor": "Acme"})


def means(folder, attempts, device):
    def read(door, service, seconds):
        with device.connection(service.address):
            return Seen()

    def ask(door, service, probes, seconds):
        with device.connection(service.address):
            return {}

    def attest(door, service, family, seconds):
        with device.connection(service.address):
            return Attested()

    protocols = {"http": device.over("http"), "ssh": device.over("ssh")}
    tools = Tools(OpenDoor(), make_scope(), protocols, Books(attempts, pause=lambda _: None), attest, 1)
    return Means(OpenDoor(), None, {FAMILY.id: FAMILY}, {"http": read, "ssh": read}, ask, tools)


def run(tmp_path, hosts, go_on=lambda: True):
    clock = FakeClock()
    device = OneDeviceAnAddress(clock, pause=lambda: time.sleep(0.002))
    with Attempts(tmp_path / "scan", make_scope(), clock) as attempts:
        fitted = means(tmp_path, attempts, device)
        fitted.tools.books._pause = clock.pass_
        return device, list(audit_hosts(fitted, hosts, go_on))


def test_no_device_has_two_connections_at_once_however_many_are_audited(tmp_path):
    hosts = [host(number) for number in range(1, 31)] + [host(number, network=1) for number in range(1, 31)]
    device, done = run(tmp_path, hosts)
    assert len(done) == 60
    assert device.most_open == 1
    assert len(device.logins) == 60, "two logins for each of thirty devices, whatever addresses they have"


def test_each_device_is_told_as_soon_as_it_is_done_and_all_are_told(tmp_path):
    hosts = [host(number) for number in range(1, 11)]
    _, done = run(tmp_path, hosts)
    assert {one.host.address for one in done} == {one.address for one in hosts}
    assert all(one.findings[0].device.family == FAMILY.id for one in done)


def test_when_it_must_not_go_on_devices_that_were_begun_are_ended_and_no_other_is_begun(tmp_path):
    asked = iter([True, False])
    _, done = run(tmp_path, [host(number) for number in range(1, 41)], lambda: next(asked, False))
    assert 0 < len(done) <= 16


def test_an_enrolled_machine_and_this_one_see_no_login(tmp_path):
    import dataclasses

    hosts = [dataclasses.replace(host(1), managed=True), dataclasses.replace(host(2), seen_by=("self",), managed=True)]
    device, done = run(tmp_path, hosts)
    assert device.logins == []
    assert len(done) == 2
