"""Django's registration of this room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The department's documents, each rendered from one frozen snapshot."""

    name = "tuanthu_server.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
