"""Where pages live; the agents' endpoints stand beside Django in `asgi`."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("tuanthu_server.api.urls")),
    path("", include("tuanthu_server.dashboard.urls")),
]
