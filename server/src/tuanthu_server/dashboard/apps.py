"""Django's registration of this room."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The pages that officers read."""

    name = "tuanthu_server.dashboard"
    label = "dashboard"
    default_auto_field = "django.db.models.BigAutoField"
