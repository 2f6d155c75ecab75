"""Django's registration of this room."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Judgement: policies in force, results, findings, counters, and the standing of units at any moment."""

    name = "tuanthu_server.compliance"
    label = "compliance"
    default_auto_field = "django.db.models.BigAutoField"
