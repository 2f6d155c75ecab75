"""Django's registration of this room."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """The agents' endpoints: verify, decode, group, commit, acknowledge."""

    name = "tuanthu_server.ingest"
    label = "ingest"
    default_auto_field = "django.db.models.BigAutoField"
