"""One person of each role for the demonstration."""

from tuanthu_server.accounts import managing
from tuanthu_server.accounts.first import new_password
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.demo.organisation import LABEL

PREFIX = "trinhdien-"
PEOPLE = {
    "quantri": (Role.ADMINISTRATOR, "Quản trị cấp Sở", ()),
    "xem": (Role.VIEWER, "Cán bộ cấp Sở", ()),
    "kiemtra": (Role.AUDITOR, "Cán bộ kiểm tra", ()),
    "khuvuc": (Role.OFFICER, "Cán bộ trung tâm y tế khu vực 01", ("TD-KV01",)),
    "tram": (Role.OFFICER, "Cán bộ trạm y tế xã 001", ("TD-X001",)),
}


def add_people() -> list[tuple[User, str]]:
    """Make those who are not there yet, each with a random password that is told once."""
    made = []
    for suffix, (role, name, units) in PEOPLE.items():
        username = PREFIX + suffix
        if User.objects.filter(username=username).exists():
            continue
        user = managing.add(username, role, managing.units_named(units), name=f"{LABEL} {name}")
        password = new_password()
        user.set_password(password)
        user.save(update_fields=["password"])
        made.append((user, password))
    return made
