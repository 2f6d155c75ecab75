"""`tuanthu-server restore`: from a backup into an empty folder and an empty database."""

from pathlib import Path

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(restore)


def restore(file: Path) -> None:
    """Phục hồi từ tệp sao lưu vào thư mục dữ liệu trống, rồi kiểm tra mọi số đếm. (Restore a backup into nothing.)

    Parameters
    ----------
    file
        Tệp do `backup` ghi. (The file that `backup` wrote.)
    """
    from tuanthu_server.backup.run import restore as put_back
    from tuanthu_server.cli.evaluate import check_counters
    from tuanthu_server.cli.init import make_database
    from tuanthu_server.config import load_config
    from tuanthu_server.local_time import shown

    config = load_config()
    found = put_back(config, file)
    make_database(config)  # a backup of an earlier version is brought up to date
    print(f"Đã phục hồi bản sao lưu lúc {shown(found.created_at)} vào {config.data_dir}.")
    check_counters()
