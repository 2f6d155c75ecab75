"""Addresses of the pages. Names are stable: reports and mails link to them."""

from django.urls import include, path

from tuanthu_server.dashboard.views import assets, controls, indicators, lines, overview, units

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("units/", units.unit_list, name="units"),
    path("units/<path:code>/", units.unit_page, name="unit"),
    path("assets/<int:asset_id>/", assets.asset_page, name="asset"),
    path("lines/", lines.line_list, name="lines"),
    path("indicators/", indicators.indicator_list, name="indicators"),
    path("controls/", controls.control_list, name="controls"),
    path("controls/<str:framework>/<str:control>/", controls.control_page, name="control"),
    path("", include("tuanthu_server.accounts.urls")),
]
