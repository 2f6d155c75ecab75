"""The error of a spool at its size bound."""

from __future__ import annotations

from tuanthu_agent.errors import SpoolFullError


def full_error(max_bytes: int) -> SpoolFullError:
    """What to say when another report would pass the bound."""
    megabytes = max_bytes / 1024 / 1024
    return SpoolFullError(
        f"Hàng đợi báo cáo đã đầy ({megabytes:g} MiB): báo cáo mới không được lưu, báo cáo cũ còn nguyên. "
        "Kiểm tra đường truyền tới máy chủ, hoặc xuất ra tệp: tuanthu-agent export TỆP",
        f"The spool is full ({megabytes:g} MiB): the new report was not kept, earlier ones are intact. "
        "Check the connection to the collector, or carry them as a file: tuanthu-agent export FILE",
    )
