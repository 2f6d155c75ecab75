"""A process that is killed after a message went and before that was written down: it goes once more, and no more."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.assets.postgres import own_database
from tests.assets.receivers import HttpReceiver

ROOT = Path(__file__).resolve().parents[3]
BEGIN = """
from tuanthu_server.django_setup import setup; setup()
import os, signal, sys
from datetime import UTC, datetime, timedelta
from django.conf import settings
from tuanthu_server.notifications import outbox, telling
now = datetime.now(UTC)
"""
KILLED = (
    BEGIN
    + """
from django.core.management import call_command; call_command("migrate", verbosity=0)
from tests.assets.people import person
from tests.server.notifications.conftest import World
from tuanthu_server.notifications.models import Subscription
world = World()
telling.look(settings.CONFIG, now)
Subscription.objects.create(user=person("bà-hằng", "administrator"), channel="webhook", address=sys.argv[1],
                            kinds=["default-login"], created_at=now)
world.fail(world.asset(world.station, "CAMERA-CỔNG"))
outbox.sent = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
telling.tell(settings.CONFIG, at=now)
"""
)
AGAIN = BEGIN + "print(*(telling.tell(settings.CONFIG, at=now + timedelta(minutes=later)) for later in (1, 8, 30)))"


def run(code: str, environment, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_message_goes_at_most_twice_when_a_process_is_killed_between(tmp_path):
    url = own_database("killed")
    with HttpReceiver() as receiver:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUANTHU_D", "DJANGO_"))}
        environment = kept | {
            "TUANTHU_DATA_DIR": str(tmp_path), "TUANTHU_DATABASE_URL": url, "TUANTHU_GROUP_SECONDS": "0",
            "TUANTHU_WEBHOOK_KEY": "k" * 40, "TUANTHU_WEBHOOK_PRIVATE": "true", "TUANTHU_DIGEST_TIME": "23:59",
        }  # fmt: skip
        died = run(KILLED, environment, receiver.url("/x"))
        assert died.returncode == -signal.SIGKILL, died.stderr[-3000:]
        assert len(receiver.posts) == 1

        went = run(AGAIN, environment)
        assert went.stdout.splitlines()[-1].split() == ["0", "1", "0"], went.stderr[-3000:]
        deliveries = [fields["Tuanthu-Delivery"] for _, fields, _ in receiver.posts]
        assert (len(deliveries), len(set(deliveries))) == (2, 1)
