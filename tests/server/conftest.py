"""Settings for the collector's tests, made before Django reads them, and what many tests share."""

import atexit
import contextlib
import functools
import os
import shutil
import tempfile
from datetime import UTC, datetime

import pytest

from tuanthu_policy import loader

_shipped, _read = functools.cache(loader.load_policy), loader.load_policy
# Read once: a policy never changes, and hundreds of tests ask for the shipped one.
loader.load_policy = lambda *named, **more: _read(*named, **more) if named or more else _shipped()

DATABASE = os.environ.get("TUANTHU_TEST_DATABASE", "sqlite")
FOLDER = tempfile.mkdtemp(prefix="tuanthu-test-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["TUANTHU_DATA_DIR"] = FOLDER
os.environ.pop("TUANTHU_DATABASE_URL", None)

if DATABASE == "postgresql":
    from tests.assets.postgres import PrivatePostgres

    # Tests of durability start their own, with fsync.
    _server = PrivatePostgres(durable=False)
    atexit.register(_server.stop)
    os.environ["TUANTHU_DATABASE_URL"] = _server.start().url
elif DATABASE != "sqlite":
    raise RuntimeError(f"TUANTHU_TEST_DATABASE={DATABASE}: sqlite or postgresql")


def _settle() -> None:
    """Put the settings of this run in place: pytest-django has read Django's settings before this file runs."""
    from django.conf import settings
    from django.db import connections

    from tuanthu_server import settings as ours
    from tuanthu_server.config import load_config

    settings.CONFIG = load_config()
    settings.DATABASES = ours._databases(settings.CONFIG)
    # The real one is slow on purpose; a test of its own sees to it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    # No power fails here; tests of durability have collectors of their own.
    options = settings.DATABASES["default"].get("OPTIONS", {})
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    connections.__dict__.pop("settings", None)
    connections._settings = None
    with contextlib.suppress(AttributeError):
        del connections["default"]


_settle()


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """A file, because several threads write: SQLite in memory has other locks."""
    from django.conf import settings

    if DATABASE == "sqlite":
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"{FOLDER}/test.sqlite3"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Databases of tests are emptied between tests, which the security log would refuse."""
    from django.db import connection
    from django.test import TransactionTestCase
    from tests.assets import emptying

    from tuanthu_server.security_log import append_only

    with django_db_blocker.unblock():
        append_only.remove(connection)
    TransactionTestCase._fixture_teardown = lambda _: emptying.empty(connection)


@pytest.fixture(autouse=True)
def _fresh_policies():
    """Numbers of rules are kept per policy version, and counters per unit; another test's database gives others."""
    from tuanthu_server.compliance import kept, policies

    kept.kept.units.clear()
    policies._number.cache_clear()


@pytest.fixture
def unit(transactional_db):
    from tuanthu_server.units.models import Unit

    return Unit.objects.create(
        code="TYT-01", name="Trạm Y tế xã Đoàn Kết", kind="station", created_at=datetime.now(UTC)
    )


@pytest.fixture
def policy(transactional_db):
    """A small policy of two rules, in force."""
    from tests.assets.policies import small_policy

    from tuanthu_server.compliance import policies

    found = small_policy()
    policies.publish(found)
    return found


@pytest.fixture
def intake(transactional_db):
    from tuanthu_server.ingest.intake import Intake

    taking = Intake()
    yield taking
    taking.stop()


@pytest.fixture
def enrolled(unit, policy):
    """Makes enrolled agents."""
    from tests.assets.collector import enrol_agent

    return lambda name="may-tram-01": enrol_agent(unit, name)
