"""What the standard library alone knows of a Windows machine agrees with psutil; every collector ends well there."""

STATUSES = {"ok", "partial", "failed", "unsupported"}
COMPARED = """
from tuanthu_agent.live_system import LiveSystem
from tuanthu_agent.windows.windows_system import WindowsSystem
answer = []
for system in (WindowsSystem(), LiveSystem()):
    nics = {nic.name: [nic.mac, list(nic.addresses), nic.up, nic.mtu] for nic in system.nics()}
    disks = {disk.mount: [disk.filesystem, disk.size_bytes] for disk in system.disks()}
    names = system.processes().doubtful
    answer.append({
        "same": [system.family(), system.hostname(), system.architecture(), system.cpu_count(), system.memory_bytes()],
        "boot": system.boot_time(), "nics": nics, "disks": disks, "python": "python311.exe" in names,
    })
"""
COLLECTED = """
from tuanthu_agent.collectors.interface import CollectorError, Settings
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.host import Host
def look(collector):
    try:
        result = collector.collect(Host(), Settings(lan_probes="passive"))
        return [result.status.value, result.reason, result.facts]
    except CollectorError as error:
        return [error.status.value, error.reason, {}]
    except Exception as error:
        return ["error", repr(error), {}]
answer = {kind: [look(one), look(one)] for kind, one in REGISTRY.items()}
"""


def test_the_standard_library_agrees_with_psutil(bench):
    own, psutil = bench.ask("3.11", COMPARED)
    assert own["same"] == psutil["same"]
    assert abs(own["boot"] - psutil["boot"]) < 30
    assert own["python"] is psutil["python"] is True
    assert own["disks"]["C:\\"] == psutil["disks"]["C:\\"]
    common = own["nics"].keys() & psutil["nics"].keys()
    assert common
    for name in common:
        assert own["nics"][name][0] == psutil["nics"][name][0]
        assert {text for text in own["nics"][name][1] if "." in text} == {
            text for text in psutil["nics"][name][1] if "." in text
        }


def test_every_collector_gives_a_typed_result_that_does_not_change(python):
    answer = python(COLLECTED, seconds=120)
    assert {"host", "antivirus", "lan"} <= answer.keys()
    failed = {kind: first for kind, (first, _) in answer.items() if first[0] not in STATUSES}
    assert failed == {}
    assert {kind: first for kind, (first, second) in answer.items() if first != second} == {}
    assert answer["host"][0][2]["os_family"] == "windows"
    assert "products" not in answer["antivirus"][0][2]


def test_a_child_with_low_priority_says_so(python):
    answer = python(
        """
import ctypes
from tuanthu_agent.windows.windows_system import lower_priority
kernel = ctypes.WinDLL("kernel32")
kernel.GetCurrentProcess.restype = ctypes.c_void_p
kernel.GetPriorityClass.argtypes = [ctypes.c_void_p]
lower_priority()
answer = kernel.GetPriorityClass(kernel.GetCurrentProcess())
"""
    )
    assert answer == 0x4000
