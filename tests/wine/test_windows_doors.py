"""The live doors of Windows, with real Windows Pythons: what wine has is read, what it has not is a typed failure."""

import pytest

DOORS = """
from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.live import live_windows
windows = live_windows()
def tried(ask):
    try:
        return ask()
    except HostError as error:
        return error.code
"""
KEY = r"HKLM\\Software\\Tuanthu thử"
PLANTED = r"""
import winreg
key = "Software\\Tuanthu thử"
for view, access in ((64, winreg.KEY_WOW64_64KEY), (32, winreg.KEY_WOW64_32KEY)):
    with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, key, 0, winreg.KEY_ALL_ACCESS | access) as handle:
        for name, kind, value in (
            ("", winreg.REG_SZ, "mặc định"),
            ("View", winreg.REG_DWORD, view),
            ("Big", winreg.REG_QWORD, 2**63 + 5),
            ("Bytes", winreg.REG_BINARY, b"\x00\xff"),
            ("Empty", winreg.REG_BINARY, None),
            ("List", winreg.REG_MULTI_SZ, ["một", "hai"]),
            ("Path", winreg.REG_EXPAND_SZ, "%ProgramFiles%\\x"),
            ("Nothing", winreg.REG_NONE, None),
        ):
            winreg.SetValueEx(handle, name, 0, kind, value)
        winreg.CreateKeyEx(handle, "Khoá con")
def shown(value):
    return value.hex() if isinstance(value, bytes) else value
"""


def test_the_registry_gives_both_views_and_every_type(python):
    answer = python(
        DOORS
        + PLANTED
        + f"""
answer = [{{name: shown(value) for name, value in windows.registry.values("{KEY}", view).items()}} for view in (64, 32)]
answer.append(windows.registry.subkeys("{KEY}"))
"""
    )
    expected = {
        "": "mặc định",
        "Big": 2**63 + 5,
        "Bytes": "00ff",
        "Empty": "",
        "List": ["một", "hai"],
        "Path": "%ProgramFiles%\\x",
    }
    assert answer == [expected | {"View": 64}, expected | {"View": 32}, ["Khoá con"]]


def test_a_key_planted_by_another_program_is_found_in_its_view_only(python, bench):
    name = f"HKLM\\Software\\Tuanthu-{python.version}"
    bench.wine("reg", "add", name, "/v", "DisplayName", "/d", "Kaspersky", "/f", "/reg:32")
    answer = python(
        DOORS + "answer = [windows.registry.find_text(sys.argv[1], 'displayname', view) for view in (64, 32)]", name
    )
    assert answer == [None, "Kaspersky"]


def test_what_is_not_in_the_registry_is_told_from_what_cannot_be_read(python):
    answer = python(
        DOORS
        + r"""
registry = windows.registry
answer = [
    tried(lambda: registry.values("HKLM\\Software\\Không có")),
    registry.find("HKLM\\Software\\Không có", "x"),
    registry.keys_below("HKLM\\Software\\Không có"),
    tried(lambda: registry.values("HKXX\\Software")),
    tried(lambda: registry.values("HKLM\\Soft\0ware")),
]
"""
    )
    assert answer == ["not-found", None, [], "unreadable", "unreadable"]


def test_services_and_drivers_have_state_and_start(python, bench):
    name = f"TuanthuThu{python.version.replace('.', '')}"
    path = r"C:\Av\av.exe -k"
    bench.wine("sc", "create", name, "binPath=", path, "start=", "disabled")
    try:
        answer = python(
            DOORS + "answer = {one.name: [one.state, one.start, one.path, one.driver]"
            " for key, one in windows.services.table().items() if key == one.name.lower()}"
        )
    finally:
        bench.wine("sc", "delete", name)
    assert answer[name] == ["stopped", "disabled", path, False]
    assert answer["PlugPlay"][:2] == ["running", "auto"]
    assert answer["MountMgr"][3] is True


def test_wmi_gives_typed_properties_of_cimv2(python):
    answer = python(
        DOORS
        + r"""
def select(name, *properties):
    return windows.wmi.select("root\\cimv2", name, properties)
answer = {
    "os": select("Win32_OperatingSystem", "Caption", "ProductType", "TotalVisibleMemorySize", "LastBootUpTime"),
    "computer": select("Win32_ComputerSystem", "TotalPhysicalMemory"),
    "more": select("Win32_OperatingSystem", "BuildNumber", "NoSuchProperty"),
    "services": len(select("Win32_Service", "Name")) == sum(not one.driver for one in windows.services.table().values()),
    "adapters": select("Win32_NetworkAdapterConfiguration", "IPAddress", "DHCPEnabled"),
}
"""
    )
    (system,) = answer["os"]
    assert system["Caption"].startswith("Microsoft Windows")
    assert system["ProductType"] == 1
    assert isinstance(system["TotalVisibleMemorySize"], int)
    assert isinstance(answer["computer"][0]["TotalPhysicalMemory"], int)
    assert answer["computer"][0]["TotalPhysicalMemory"] > 2**28
    assert list(answer["more"][0]) == ["BuildNumber"]
    assert all(isinstance(one["DHCPEnabled"], bool) for one in answer["adapters"])
    addresses = [one["IPAddress"] for one in answer["adapters"] if "IPAddress" in one]
    assert all(isinstance(address, str) for listed in addresses for address in listed)


@pytest.mark.parametrize(
    ("namespace", "name", "seconds", "code"),
    [
        ("root\\SecurityCenter2", "AntiVirusProduct", 10, "namespace-missing"),
        ("root\\Microsoft\\Windows\\Defender", "MSFT_MpComputerStatus", 10, "namespace-missing"),
        ("root\\cimv2", "Win32_NoSuchThing", 10, "class-missing"),
        ("root\\cimv2", "Win32_OperatingSystem", -1, "timeout"),
        ("root\\cimv2", "not a class", 10, "wmi-failed"),
    ],
)
def test_wmi_says_why_it_gave_nothing(python, namespace, name, seconds, code):
    program = "answer = tried(lambda: windows.wmi.select(sys.argv[1], sys.argv[2], ['Name'], float(sys.argv[3])))"
    assert python(DOORS + program, namespace, name, seconds) == code


def test_automation_calls_by_name(python):
    answer = python(
        """
from tuanthu_agent.windows.automation import make
with make("WbemScripting.SWbemLocator") as locator, locator.child("ConnectServer", ".", "root\\\\cimv2") as services:
    with services.child("ExecQuery", "SELECT Caption FROM Win32_OperatingSystem") as found:
        answer = [found.get("Count")]
with make("Scripting.Dictionary") as dictionary:
    dictionary.put("CompareMode", 1)
    answer.append(dictionary.get("CompareMode"))
"""
    )
    assert answer == [1, 1]


def test_what_wine_does_not_have_is_a_typed_failure(python):
    answer = python(
        DOORS
        + """
agent, accounts = windows.update_agent, windows.accounts
answer = [tried(ask) for ask in (agent.last_search, agent.last_install, agent.pending, accounts.users, accounts.policy)]
answer.append(tried(lambda: accounts.members("S-1-5-32-544")))
answer.append(tried(lambda: accounts.members("S-1-5-21-1-2-3-4")))
answer.append(tried(lambda: accounts.members("no sid")))
"""
    )
    assert answer == ["not-available"] * 5 + ["unreadable", "not-found", "unreadable"]


def test_a_domain_controller_says_so(python):
    answer = python(
        DOORS
        + r"""
import winreg
key = "SYSTEM\\CurrentControlSet\\Control\\ProductOptions"
with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, key, 0, winreg.KEY_ALL_ACCESS) as handle:
    before = winreg.QueryValueEx(handle, "ProductType")[0]
    winreg.SetValueEx(handle, "ProductType", 0, winreg.REG_SZ, "LanmanNT")
    try:
        answer = [tried(windows.accounts.users), tried(lambda: windows.accounts.members("S-1-5-32-544"))]
    finally:
        winreg.SetValueEx(handle, "ProductType", 0, winreg.REG_SZ, before)
"""
    )
    assert answer == ["domain-controller", "domain-controller"]


def test_no_reference_outlives_what_asked_for_it(python):
    answer = python(
        DOORS
        + r"""
from tuanthu_agent.windows import com
made, ended = [], []
first, last = com.Interface.__init__, com.Interface.release
def begin(self, pointer, what):
    first(self, pointer, what)
    made.append(what)
def finish(self):
    if self.pointer:
        ended.append(self.what)
    last(self)
com.Interface.__init__, com.Interface.release = begin, finish
for name in ("Win32_OperatingSystem", "Win32_NoSuchThing", "Win32_Service"):
    tried(lambda: windows.wmi.select("root\\cimv2", name, ["Name", "NoSuchProperty"]))
tried(lambda: windows.wmi.select("root\\nowhere", "X", ["Name"]))
tried(windows.update_agent.pending)
answer = [len(made), sorted(made) == sorted(ended)]
"""
    )
    assert answer[0] > 20
    assert answer[1]
