"""The tables of the store's contract, made for each test."""

import pytest
from django.db import connection, transaction
from tests.assets.store_table import POSTGRESQL, SQLITE

from tuanthu_server.inventory import store as stores


@pytest.fixture
def contract_tables(transactional_db):
    script = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    with connection.cursor() as cursor:
        for statement in script.split(";"):
            cursor.execute(statement)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE contract_item")
        cursor.execute("DROP TABLE contract_count")


@pytest.fixture
def store(contract_tables):
    with transaction.atomic():
        yield stores.current()
