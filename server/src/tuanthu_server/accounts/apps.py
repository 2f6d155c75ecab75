"""Django's registration of this room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: who may sign in and what they may see."""

    name = "tuanthu_server.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Note sessions as they begin and end."""
        from tuanthu_server.accounts import session_signals

        session_signals.connect()
