"""Addresses of the pages. Names are stable: reports and mails link to them."""

from django.urls import include, path

from tuanthu_server.dashboard.views import (
    account,
    assets,
    controls,
    devices,
    indicators,
    lines,
    overview,
    people,
    security_log,
    units,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("units/", units.unit_list, name="units"),
    path("units/<path:code>/", units.unit_page, name="unit"),
    path("assets/<int:asset_id>/", assets.asset_page, name="asset"),
    path("devices/", devices.device_list, name="devices"),
    path("devices/<path:code>/", devices.unit_devices, name="unit-devices"),
    path("computers/", devices.computer_list, name="computers"),
    path("lines/", lines.line_list, name="lines"),
    path("indicators/", indicators.indicator_list, name="indicators"),
    path("controls/", controls.control_list, name="controls"),
    path("controls/<str:framework>/<str:control>/", controls.control_page, name="control"),
    path("people/", people.people_list, name="people"),
    path("people/new/", people.new_person, name="person-new"),
    path("people/<int:number>/", people.person_page, name="person"),
    path("people/<int:number>/<slug:action>/", people.act_on_person, name="person-action"),
    path("account/", account.account, name="account"),
    path("account/second-factor/", account.enrol, name="account-enrol"),
    path("account/recovery-codes/", account.recovery_codes, name="account-recovery-codes"),
    path("account/sessions/<int:number>/end/", account.end_session, name="account-session-end"),
    path("account/tokens/", account.new_token, name="account-token-new"),
    path("account/tokens/<int:number>/revoke/", account.revoke_token, name="account-token-revoke"),
    path("security-log/", security_log.security_log, name="security-log"),
    path("", include("tuanthu_server.accounts.urls")),
]
