"""Where pages live; the agents' endpoints stand beside Django in `asgi`."""

from django.urls import include, path

from tuanthu_server.monitoring.metrics import metrics

urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("api/", include("tuanthu_server.api.urls")),
    path("", include("tuanthu_server.notifications.urls")),
    path("", include("tuanthu_server.dashboard.urls")),
]
