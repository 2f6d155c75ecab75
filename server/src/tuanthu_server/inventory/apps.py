"""Django's registration of this room."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Assets, agents, tokens, and the evidence that agents delivered."""

    name = "tuanthu_server.inventory"
    label = "inventory"
    default_auto_field = "django.db.models.BigAutoField"
