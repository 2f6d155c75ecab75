"""The cast of the browser tests: run in a collector's environment, it makes a few units and one person of each role.

Prints, as JSON by role, what each signs in with; `seed` is that of their authenticator app, empty where they have none.
"""

import base64
import json
import secrets
import sys
from datetime import UTC, date, datetime, timedelta

MACHINES = 24
SINCE = date(2025, 1, 1)
UNITS = {
    "TD-SYT": ("Sở Y tế tỉnh Mẫu", "department", 6),
    "TD-BV01": (
        "Bệnh viện Đa khoa khu vực Tây Nguyên có tên dài nhất trong danh mục đơn vị trực thuộc",
        "hospital",
        12,
    ),
    "TD-KV01": ("Trung tâm Y tế khu vực Mẫu 01", "centre", 8),
    "TD-X001": ("Trạm Y tế xã Đắk Nuê", "station", 3),
    "TD-X002": ("Trạm Y tế xã Ea Tíu", "station", 3),
    "TD-X003": ("Trạm Y tế phường Thành Nhất", "station", 2),
}
"""Marked as demonstration, as their simulated machines are: name, kind, machines."""
ABOVE = {"TD-BV01": "TD-SYT", "TD-KV01": "TD-SYT", "TD-X001": "TD-KV01", "TD-X002": "TD-KV01", "TD-X003": "TD-KV01"}
OFFICERS = "TD-KV01"


def main() -> None:
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import second_factor
    from tuanthu_server.accounts.roles import DEPARTMENT_ROLES, Role
    from tuanthu_server.demo.machines import add_machines

    make_units()
    add_machines(int(sys.argv[1]) if len(sys.argv) > 1 else MACHINES)
    remember_days()
    made = {}
    for role in Role:
        password = secrets.token_urlsafe(16)
        user = person(role, password)
        seed = second_factor.begin(user) if role in DEPARTMENT_ROLES else b""
        if seed:
            type(user).objects.filter(pk=user.pk).update(totp_since=datetime.now(UTC))
        made[role.value] = {"name": user.username, "password": password, "seed": base64.b32encode(seed).decode()}
    print(json.dumps(made))


def make_units() -> None:
    """The units with their links and what they state."""
    from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitLink

    made = {}
    for code, (name, kind, machines) in UNITS.items():
        made[code] = Unit.objects.create(
            code=code, name=name, kind=kind, demonstration=True, created_at=datetime.now(UTC), **position(len(made))
        )
        UnitExpectation.objects.create(unit=made[code], valid_from=SINCE, machines=machines, staff=3 * machines)
    for code, above in ABOVE.items():
        UnitLink.objects.create(unit=made[code], target=made[above], relation=Relation.SUPERVISOR, valid_from=SINCE)


def position(place: int) -> dict[str, float]:
    """Two units at one spot, others about it, and one of which nobody says where it is."""
    return {"latitude": 12.7 + place // 2 * 0.1, "longitude": 108.1} if place < 5 else {}


def remember_days() -> None:
    """Figures of the last days, so that there is a curve."""
    import msgspec

    from tuanthu_server.compliance import days
    from tuanthu_server.compliance.standing import standing

    now = standing()
    for back in range(3):
        days.record(msgspec.structs.replace(now, as_of=datetime.now(UTC) - timedelta(days=back)))


def person(role, password: str):
    """A person; the officer answers for the unit above the stations."""
    from tuanthu_server.accounts.memberships import bind
    from tuanthu_server.accounts.models import User
    from tuanthu_server.accounts.roles import Role
    from tuanthu_server.units.models import Unit

    user = User.objects.create_user(f"người-{role.value}", password=password, role=role)
    if role is Role.OFFICER:
        bind(user, [Unit.objects.get(code=OFFICERS)], SINCE)
    return user


if __name__ == "__main__":
    main()
