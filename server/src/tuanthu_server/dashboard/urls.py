"""Addresses of the pages. Names are stable: reports and mails link to them."""

from django.urls import include, path

from tuanthu_server.dashboard.views import (
    assets,
    controls,
    devices,
    enrolment,
    indicators,
    lines,
    overview,
    policies,
    scans,
    search,
    units,
    work,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("work/", work.work_list, name="work"),
    path("work.csv", work.work_file, name="work-file"),
    path("work/<str:rule>/", work.work_rule, name="work-rule"),
    path("work/<str:rule>.csv", work.work_rule_file, name="work-rule-file"),
    path("search/", search.search, name="search"),
    path("units/", units.unit_list, name="units"),
    path("units/<path:code>/", units.unit_page, name="unit"),
    path("assets/<int:asset_id>/", assets.asset_page, name="asset"),
    path("devices/", devices.device_list, name="devices"),
    path("devices/<path:code>/", devices.unit_devices, name="unit-devices"),
    path("computers/", devices.computer_list, name="computers"),
    path("lines/", lines.line_list, name="lines"),
    path("scans/", scans.scan_list, name="scans"),
    path("enrolment/", enrolment.enrolment_page, name="enrolment"),
    path("enrolment/<int:number>/revoke/", enrolment.revoke_token, name="revoke-token"),
    path("policies/", policies.policy_list, name="policies"),
    path("policies/<int:before>/<int:after>/", policies.policy_change, name="policy-change"),
    path("indicators/", indicators.indicator_list, name="indicators"),
    path("controls/", controls.control_list, name="controls"),
    path("controls/<str:framework>/<str:control>/", controls.control_page, name="control"),
    path("", include("tuanthu_server.accounts.urls")),
]
