"""Entry point of the ASGI server."""

from typing import TYPE_CHECKING

from tuanthu_server import logs
from tuanthu_server.config import load_config
from tuanthu_server.django_setup import setup

if TYPE_CHECKING:
    from tuanthu_server.collector import Collector


def create_app() -> "Collector":
    """Factory for the ASGI server; each of its processes calls it. Django must be up before its models are imported."""
    setup()
    logs.configure()
    from tuanthu_server.collector import Collector

    return Collector(load_config())
