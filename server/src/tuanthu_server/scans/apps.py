"""Django's registration of this room."""

from django.apps import AppConfig


class ScansConfig(AppConfig):
    """The trusted authority, and scopes assigned to agents."""

    name = "tuanthu_server.scans"
    label = "scans"
    default_auto_field = "django.db.models.BigAutoField"
