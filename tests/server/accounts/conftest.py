"""Passwords of tests are hashed quickly; that those of people are not is a test of its own."""

import pytest


@pytest.fixture
def hashers():
    """The real ones."""
    from tuanthu_server.settings import PASSWORD_HASHERS

    return PASSWORD_HASHERS
