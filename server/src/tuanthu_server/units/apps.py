"""Django's registration of this room."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """Units of the sector: their tree of dated links, and what is expected of them."""

    name = "tuanthu_server.units"
    label = "units"
    default_auto_field = "django.db.models.BigAutoField"
