"""Where pages live; the agents' endpoints stand beside Django in `asgi`."""

from django.urls import include, path

urlpatterns = [path("", include("tuanthu_server.dashboard.urls"))]
