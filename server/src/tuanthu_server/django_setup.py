"""Start Django outside a web server: for commands and workers."""

import os


def setup() -> None:
    """Load settings and applications once; calling again does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuanthu_server.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
