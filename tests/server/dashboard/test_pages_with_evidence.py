import pytest
from django.test import Client

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.models import User
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.demo.machines import add_machines
from tuanthu_server.demo.organisation import load_organisation
from tuanthu_server.inventory.models import Asset
from tuanthu_server.reports.snapshot import take_snapshot
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import machines_on, today

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demonstration():
    publish(load_policy())
    load_organisation()
    add_machines(60)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("cán-bộ-ngọc", role="viewer"))
    return client


def test_every_page_of_the_demonstration_opens_in_both_languages(demonstration, officer):
    for language in ("vi", "en"):
        officer.post("/language/", {"language": language, "next": "/login/"})
        addresses = ["/", "/units/", "/lines/", "/lines/?back=3", "/controls/", "/controls/directive-14-2018/coverage/"]
        addresses += ["/devices/", "/computers/", "/controls/directive-14-2018/no-default-configuration/"]
        addresses += [
            f"/devices/{code}/"
            for code in Unit.objects.filter(assets__role="device").values_list("code", flat=True).distinct()
        ]
        # Each machine and unit in one of the languages, in turn: there are many of every sort.
        many = [f"/assets/{pk}/" for pk in Asset.objects.order_by("pk").values_list("pk", flat=True)]
        many += [f"/units/{code}/" for code in Unit.objects.order_by("pk").values_list("code", flat=True)[:40]]
        addresses += many[language == "en" :: 2]
        for address in addresses:
            assert officer.get(address).status_code == 200, address


def test_a_failing_machine_is_told_why_and_what_to_do(demonstration, officer):
    from tuanthu_policy.outcome import Outcome
    from tuanthu_server.compliance.standing import failing_assets

    result = failing_assets([Outcome.FAIL], rule="antivirus.installed")[0]
    page = officer.get(f"/assets/{result.asset_id}/").content.decode()

    assert "Cần làm" in page
    assert load_policy().rules["antivirus.installed"].remediation.vi[:40] in page
    assert f'id="o-{result.observation_uuid}"' in page
    assert "Lịch sử thay đổi" in page


def test_a_page_and_the_official_report_show_the_same_numbers(demonstration):
    now = standing()
    total = totals_of(now, Unit.objects.values_list("pk", flat=True), machines_on(today()))
    report = take_snapshot("department")

    assert total.assets == report.totals.machines_enrolled == 60
    assert total.reporting == report.totals.machines_reporting
    assert total.silent == report.totals.machines_silent
    assert total.never_reported == report.totals.machines_never_reported
    assert total.coverage.covered == report.totals.coverage.numerator
    assert total.coverage.expected == report.totals.coverage.denominator
    assert total.coverage.units_without_expectation == report.totals.units_without_expectation
