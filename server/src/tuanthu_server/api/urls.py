"""Where the interface lives. Every operation asks who it is and what they may; no page's sign-in stands before it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from tuanthu_server.api import problems
from tuanthu_server.api.auth import BEARER, SESSION
from tuanthu_server.api.routes import (
    administration,
    assets,
    attestations,
    comparison,
    doing,
    machines,
    network,
    overview,
    policy,
    policy_drafts,
    register,
    scans,
    units,
    waivers,
)


class Interface(NinjaAPI):
    """Ours: its description says that errors are problem documents."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """See `NinjaAPI`; the library describes every answer as plain JSON."""
        schema = super().get_openapi_schema(**given)
        for item in schema["paths"].values():
            for operation in item.values():
                for status, described in operation["responses"].items():
                    if int(status) >= problems.LEAST and "content" in described:
                        described["content"] = {problems.MEDIA_TYPE: next(iter(described["content"].values()))}
        return schema


api = Interface(
    title="Tuanthu",
    version="1",
    description="Facts, results and figures of the collector, within the reach of whoever asks.",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=[BEARER, SESSION],
    urls_namespace="api",
    parser=problems.JsonOnly(),
)
problems.handle(api)
for part in (
    overview, comparison, units, register, assets, machines, network, scans, policy, policy_drafts, waivers,
    attestations, doing, administration,
):  # fmt: skip
    api.add_router("", part.router)


@csrf_exempt
def missing(_: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 (the address takes it)
    """What is no operation is a problem document, too, and no page."""
    return problems.answer(404, problems.UNSEEN)


_PATTERNS, _APP, _SPACE = api.urls
_PATTERNS.append(path("<path:rest>", missing, name="missing"))
for _pattern in _PATTERNS:
    setattr(_pattern.callback, "login_required", False)  # noqa: B010 (a function's own attribute)

urlpatterns = [path("v1/", (_PATTERNS, _APP, _SPACE))]
