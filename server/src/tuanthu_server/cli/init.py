"""`tuanthu-server init`."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from tuanthu_policy.policy import Policy
    from tuanthu_server.config import Config


def register(app: App) -> None:
    """Add the command."""
    app.command(init)


def init(*, policy_from: str | None = None, password_file: Path | None = None) -> None:
    """Khởi tạo dữ liệu, chứng thư, chính sách và người quản trị đầu tiên (initialise the collector). Có thể chạy lại.

    Parameters
    ----------
    policy_from
        Chính sách có hiệu lực từ (from when the shipped policy is in force): ngày YYYY-MM-DD hoặc thời điểm ISO 8601;
        mặc định: bây giờ (now).
    password_file
        Ghi mật khẩu đầu tiên vào tệp này thay vì in ra (write the first password there).
    """
    from tuanthu_policy.loader import load_policy
    from tuanthu_server import data_folder, tls
    from tuanthu_server.cli.moments import read_beginning
    from tuanthu_server.config import load_config

    # What can be wrong is found before anything is made.
    config = load_config()
    moment = None if policy_from is None else read_beginning(policy_from, "--policy-from")
    policy = load_policy()
    check_surroundings(config)
    data_folder.make(config.data_dir)
    with data_folder.exclusive(config.data_dir):
        fingerprint = tls.ca_fingerprint(config)
        make_database(config)
        digest = publish(policy, moment)
        print(f"Thư mục dữ liệu (data folder): {config.data_dir}")
        print(f"Chính sách (policy): {digest}")
        if fingerprint is not None:
            print(f"Dấu vân tay CA, SHA-256 (CA fingerprint): {fingerprint}")
        create_administrator(password_file)


def check_surroundings(config: "Config") -> None:
    """Raise ConfigError where the operator's certificate or PostgreSQL cannot be used."""
    from tuanthu_server import tls
    from tuanthu_server.errors import ConfigError

    if config.tls_certificate or config.tls_key:
        tls.ensure(config)
    if not config.is_postgresql:
        return
    import psycopg

    try:
        psycopg.connect(config.database_url, connect_timeout=10).close()
    except psycopg.Error as error:
        cause = str(error).strip()
        raise ConfigError(
            f"database_url: không kết nối được: {cause}", f"database_url: cannot connect: {cause}"
        ) from None


def make_database(config: "Config") -> None:
    """Create the tables, or bring them up to date."""
    from tuanthu_server.django_setup import setup

    setup()
    from django.core.management import call_command

    if not config.is_postgresql:
        config.sqlite_path.touch(mode=0o600)
        config.sqlite_path.chmod(0o600)
    call_command("migrate", interactive=False, verbosity=0)
    from tuanthu_server.upkeep.partitions import ensure_months

    ensure_months(datetime.now(UTC))


def publish(policy: "Policy", in_force_from: "datetime | None") -> str:
    """Put the shipped policy in force unless it is already; returns its digest."""
    from tuanthu_server.compliance import bundles, policies
    from tuanthu_server.compliance.lines.refresh import refresh
    from tuanthu_server.compliance.sweep import sweep

    version = policies.publish(policy, in_force_from, note="init")
    bundles.ensure_key()
    bundles.publish_tables()
    bundles.refresh()
    sweep()
    refresh()  # evidence from before there were months of lines
    return version.digest


def create_administrator(password_file: Path | None) -> None:
    """Make the first administrator and show or write the password once; nothing is done where there is a user."""
    from django.db import transaction

    from tuanthu_server.accounts.first import FIRST_USERNAME, ensure_first_administrator

    # One transaction with the file: nobody shall be made whose password was lost on the way.
    with transaction.atomic():
        password = ensure_first_administrator()
        if password is not None and password_file is not None:
            write_password(password_file, password)
    if password is None:
        return
    print(f"Người quản trị đầu tiên (first administrator): {FIRST_USERNAME}")
    if password_file is None:
        print(f"Mật khẩu, chỉ hiện một lần (password, shown once): {password}")
    else:
        print(f"Mật khẩu nằm trong tệp (the password is in): {password_file}")


def write_password(path: Path, password: str) -> None:
    """Write the password for the file's owner only; raises InputError."""
    from tuanthu_server.errors import InputError

    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            path.chmod(0o600)  # one that was there may be open to others; nothing is in it yet
            file.write(password + "\n")
    except OSError as error:
        raise InputError(
            f"--password-file {path}: không ghi được ({error.strerror})",
            f"--password-file {path}: cannot be written ({error.strerror})",
        ) from None
