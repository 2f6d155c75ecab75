"""`tuanthu-server demo`: the demonstration organisation."""

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(demo)


def demo() -> None:
    """Tạo tổ chức trình diễn: 31 đơn vị và 185 trạm y tế, ghi rõ là dữ liệu trình diễn. (Make the demonstration.)"""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.demo.organisation import load_organisation

    differences = load_organisation()
    new = sum(len(difference.new) for difference in differences)
    print(f"Tổ chức trình diễn: {new} đơn vị mới, mọi tên đều bắt đầu bằng “[Trình diễn]”.")
