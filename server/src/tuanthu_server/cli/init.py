"""`tuanthu-server init`."""

import secrets
from datetime import datetime
from pathlib import Path

from cyclopts import App

ADMIN = "admin"


def register(app: App) -> None:
    """Add the command."""
    app.command(init)


def init(*, policy_from: datetime | None = None, password_file: Path | None = None) -> None:
    """Khởi tạo dữ liệu, chứng thư, chính sách và người quản trị đầu tiên (initialise the collector). Có thể chạy lại.

    Parameters
    ----------
    policy_from
        Chính sách có hiệu lực từ lúc này (from when the shipped policy is in force); mặc định: bây giờ.
    password_file
        Ghi mật khẩu đầu tiên vào tệp này thay vì in ra (write the first password there).
    """
    from tuanthu_server import tls
    from tuanthu_server.cli.moments import aware
    from tuanthu_server.config import load_config
    from tuanthu_server.django_setup import setup

    config = load_config()
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.data_dir.chmod(0o700)
    setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    if not config.is_postgresql:
        config.sqlite_path.chmod(0o600)
    fingerprint = tls.ca_fingerprint(config)
    version = publish_shipped(aware(policy_from))
    print(f"Thư mục dữ liệu (data folder): {config.data_dir}")
    print(f"Chính sách (policy): {version}")
    if fingerprint is not None:
        print(f"Dấu vân tay CA, SHA-256 (CA fingerprint): {fingerprint}")
    create_administrator(password_file)


def publish_shipped(in_force_from: datetime | None) -> str:
    """Put the shipped policy in force unless it is already; returns its digest."""
    from tuanthu_policy.loader import load_policy
    from tuanthu_server.compliance import policies
    from tuanthu_server.compliance.sweep import sweep

    version = policies.publish(load_policy(), in_force_from, note="init")
    sweep()
    return version.digest


def create_administrator(password_file: Path | None) -> None:
    """Make the first administrator with a random password that is shown once; nothing is done when there is one."""
    from tuanthu_server.accounts.models import User

    if User.objects.filter(is_superuser=True).exists():
        return
    password = secrets.token_urlsafe(15)
    if password_file is None:
        print(
            f"Người quản trị (administrator): {ADMIN}\nMật khẩu đầu tiên, chỉ hiện một lần (first password): {password}"
        )
    else:
        password_file.touch(mode=0o600)
        password_file.chmod(0o600)
        password_file.write_text(password + "\n", encoding="utf-8")
        print(f"Mật khẩu đầu tiên của {ADMIN} nằm trong tệp (first password is in): {password_file}")
    User.objects.create_superuser(ADMIN, password=password)
