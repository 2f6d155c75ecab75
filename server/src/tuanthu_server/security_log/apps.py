"""Django's registration of this room."""

from django.apps import AppConfig


class SecurityLogConfig(AppConfig):
    """What happened to accounts and rights."""

    name = "tuanthu_server.security_log"
    label = "security_log"
    default_auto_field = "django.db.models.BigAutoField"
