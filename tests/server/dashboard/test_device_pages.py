"""Pages about network devices: what a scan found, in words, and never among machines."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device, scan
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.models import User
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "mac:44:19:b6:00:00:02"
SERVICES = [
    {
        "port": 80,
        "transport": "tcp",
        "protocol": "http",
        "tls": False,
        "verdict": "default-confirmed",
        "standing": "fail",
        "account": "admin",
        "tested": 1,
        "documented": 3,
        "attempts": 2,
        "exposures": ["http-without-tls", "mã lạ"],
    },
    {
        "port": 554,
        "transport": "tcp",
        "protocol": "rtsp",
        "verdict": "inconclusive",
        "standing": "unknown",
        "reason": "spent",
    },
    "không phải dịch vụ",
]


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("cán-bộ-ngọc", role="viewer"))
    return client


@pytest.fixture
def scanned(intake, unit):
    """A unit with a camera on its factory account, one that passes, and a computer without an agent."""
    publish(load_policy())
    agent = enrol_agent(unit, "MÁY-QUÉT")
    seen = [
        device(login="fail", model="DS-2CD2143", family="hikvision-isapi", services=SERVICES),
        device(OTHER, address="10.1.2.4", vendor="Dahua", login="pass"),
        device("ip:10.1.2.9", address="10.1.2.9", device_class="computer", vendor="Dell", login=None),
    ]
    reported = [observation("host", {"os_family": "linux"}), scan(whole=False, hosts=7, logins_sent=4)]
    deliver(intake, agent, agent.report([*seen, *reported]))
    return unit


def shown(officer, address) -> str:
    answer = officer.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_list_shows_each_units_figures_and_its_last_scan(officer, scanned):
    page = shown(officer, "/devices/")
    assert "Đơn vị đã quét : 1 / 1" in page or "Đơn vị đã quét: 1 / 1" in page
    assert re.search(r"TYT-01 3 1 0 1 23:00 20/11/2026 Chưa trọn vẹn", page)


def test_a_units_page_lists_devices_worst_first_and_computers_without_an_agent(officer, scanned):
    page = shown(officer, "/devices/TYT-01/")
    assert page.index("Hikvision DS-2CD2143") < page.index("Dahua")
    assert "1 / 2" in page
    assert "MÁY-QUÉT" in page
    assert "Chưa giao giấy phép quét nào" in page
    assert "Dell" in shown(officer, "/computers/")
    assert "Máy tính chưa có tác tử (1)" in shown(officer, "/computers/")


def test_a_devices_page_tells_services_in_words_and_what_to_do(officer, scanned):
    camera = Asset.objects.get(address="10.1.2.3")
    page = shown(officer, f"/assets/{camera.pk}/")
    for text in (
        "Còn mật khẩu mặc định admin",
        "1/3",
        "trang quản trị không mã hóa (HTTP); mã lạ",
        "hết lượt đăng nhập của 24 giờ",
        "Thiết bị không dùng tài khoản mặc định",
        "Cách làm cho dòng thiết bị này",
        "Hikvision",
    ):
        assert text in page, text
    officer.post("/language/", {"language": "en", "next": "/"})
    english = shown(officer, f"/assets/{camera.pk}/")
    assert "Default password works" in english
    assert "What to do on this family" in english


def test_devices_are_in_no_list_and_no_figure_of_machines(officer, scanned):
    page = shown(officer, "/units/TYT-01/")
    assert "Hikvision" not in page
    assert "Máy ghi danh 1 " in page
    assert "3 thiết bị · 1 còn tài khoản mặc định · 1 máy tính chưa có tác tử" in page
    clause = shown(officer, "/controls/directive-14-2018/no-default-configuration/")
    assert "Đo trên thiết bị mạng" in clause
    assert "Hikvision" in clause
    assert "Máy chưa đạt hoặc chưa biết" not in clause


def test_a_device_that_no_scan_saw_for_long_is_told_apart(officer, intake, unit):
    publish(load_policy())
    agent = enrol_agent(unit, "MÁY-QUÉT")
    deliver(intake, agent, agent.report([device(at=datetime.now(UTC) - timedelta(days=40))]))
    page = shown(officer, "/devices/TYT-01/")
    assert "Không còn thấy" in page
    assert "1 không thấy quá 35 ngày" in page
    assert "Quá hạn" in page


def test_a_machine_with_an_agent_says_so_on_its_page_as_a_device(officer, intake, unit):
    publish(load_policy())
    agent = enrol_agent(unit, "MÁY-QUÉT")
    deliver(intake, agent, agent.report([device(managed=True, device_class="computer")]))
    assert "Đây là máy đã có tác tử" in shown(officer, f"/assets/{Asset.objects.get(role='device').pk}/")
    assert "Chưa thấy thiết bị nào" in shown(officer, "/devices/TYT-01/")


def test_scopes_of_a_unit_are_listed_with_how_they_stand(officer, intake, unit):
    from tests.server.inventory.test_scan_orders import KEY, scope

    from tuanthu_server.scans import assignments, trust

    publish(load_policy())
    agent = enrol_agent(unit, "MÁY-QUÉT")
    trust.trust(KEY.public_key())
    found = assignments.assign(scope(), agent.id)
    assert "đang hiệu lực" in shown(officer, "/devices/TYT-01/")
    assignments.revoke(found.scope_id)
    page = shown(officer, "/devices/TYT-01/")
    assert "đã thu hồi" in page
    assert "10.20.0.0/24" in page
    assert "Quyết định 123/QĐ-SYT" in page
