"""Django's registration of this room."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Alerts, digests and reminders by e-mail, webhook and Telegram."""

    name = "tuanthu_server.notifications"
    label = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
