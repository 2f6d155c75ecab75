"""`tuanthu-server backup`: everything into one file, while the collector runs."""

from pathlib import Path

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(backup)


def backup(*, out: Path) -> None:
    """Sao lưu cơ sở dữ liệu, khóa và tệp vào một tệp; máy chủ vẫn chạy. (Back everything up into one file.)

    Parameters
    ----------
    out
        Tệp mới, chỉ chủ sở hữu đọc được: trong đó có khóa của máy chủ. (A new file; it holds the collector's keys.)
    """
    from tuanthu_server.backup.run import back_up
    from tuanthu_server.config import load_config

    found = back_up(load_config(), out)
    print(f"Đã sao lưu {len(found.digests)} tệp ({found.database}) vào {out}, {out.stat().st_size / 1e6:.1f} MB.")
    print("Hãy giữ ở nơi khác, có khóa: tệp chứa khóa của máy chủ. (Keep it elsewhere and locked up: it holds keys.)")
