"""Passwords of tests are hashed quickly; that those of people are not is a test of its own."""

import pytest
from django.conf import settings as real

HASHERS = list(real.PASSWORD_HASHERS)


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def hashers():
    """The real ones."""
    return HASHERS
