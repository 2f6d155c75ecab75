"""Where the interface lives. Every operation asks who it is and what they may; no page's sign-in stands before it."""

from django.urls import path
from ninja import NinjaAPI

from tuanthu_server.api import problems
from tuanthu_server.api.auth import SESSION
from tuanthu_server.api.routes import assets, doing, network, overview, policy, units

api = NinjaAPI(
    title="Tuanthu",
    version="1",
    description="Facts, results and figures of the collector, within the reach of whoever asks.",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=[SESSION],
    urls_namespace="api",
)
problems.handle(api)
for part in (overview, units, assets, network, policy, doing):
    api.add_router("", part.router)

_PATTERNS, _APP, _SPACE = api.urls
for _pattern in _PATTERNS:
    setattr(_pattern.callback, "login_required", False)  # noqa: B010 (a function's own attribute)

urlpatterns = [path("v1/", (_PATTERNS, _APP, _SPACE))]
