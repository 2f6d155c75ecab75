"""`tuanthu-server retention`: the daily work on the database, at once."""

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(retention)


def retention() -> None:
    """Tạo phân vùng tháng và xóa chứng cứ cũ hơn `retention_months`. (Make partitions, delete what is too old.)"""
    from tuanthu_server.config import load_config
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.upkeep.daily import look_after

    config = load_config()
    done = look_after(config)
    if not config.retention_months:
        print("retention_months = 0: không xóa gì. (Nothing is ever deleted.)")
        return
    print(
        f"Đã xóa {done.spans} đoạn chứng cứ, {done.reports} báo cáo, {done.transitions} lần đổi kết quả, "
        f"{done.partitions} phân vùng tháng."
    )
    print(f"({done.spans} spans, {done.reports} reports, {done.transitions} transitions were deleted.)")
