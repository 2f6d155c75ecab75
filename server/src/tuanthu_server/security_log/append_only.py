"""The database itself refuses to change or remove an event, whoever asks it."""

from typing import Any, Final

SQLITE: Final = {
    verb: f"""
        CREATE TRIGGER security_log_no_{verb} BEFORE {verb.upper()} ON security_log_securityevent
        BEGIN SELECT RAISE(ABORT, 'the security log is append-only'); END
    """
    for verb in ("update", "delete")
}
FUNCTION: Final = """
    CREATE OR REPLACE FUNCTION security_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the security log is append-only'; END $$
"""
POSTGRESQL: Final = """
    CREATE TRIGGER security_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON security_log_securityevent
    FOR EACH STATEMENT EXECUTE FUNCTION security_log_refuse()
"""


def install(connection: Any) -> None:
    """Make the triggers."""
    with connection.cursor() as cursor:
        for statement in (FUNCTION, POSTGRESQL) if connection.vendor == "postgresql" else SQLITE.values():
            cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take them away: for databases of tests, which are emptied between tests."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER security_log_append_only ON security_log_securityevent")
            return
        for verb in SQLITE:
            cursor.execute(f"DROP TRIGGER security_log_no_{verb}")
