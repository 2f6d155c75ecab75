"""A catalogue entry with seven accounts, made up for the tests of the budget."""

from tuanthu_agent.scanner.budget import DeviceKey, Limits, Order
from tuanthu_agent.scanner.interface import Attempt
from tuanthu_policy.devices.family import Account, Family, Fingerprint, Lockout, Login
from tuanthu_policy.devices.family import Limits as FamilyLimits
from tuanthu_policy.devices.verdict import AttemptOutcome
from tuanthu_policy.text import Text

MAC = "a4:14:37:00:00:01"
OTHER_MAC = "a4:14:37:00:00:02"
CAMERA = DeviceKey("127.20.0.5", MAC)
NAMES = ("admin", "admin", "root", "user", "quản-trị", "khách", "support")
WEB = Login(id="web", protocol="http")
SHELL = Login(id="shell", protocol="ssh")
TWO = Limits(per_day=2, spacing_seconds=0)


def make_family(**changes):
    values = {
        "schema": 1,
        "id": "acme-camera",
        "vendor": "Acme",
        "family": "Máy ảnh Acme",
        "device_class": "camera",
        "status": "lab-verified",
        "references": [],
        "fingerprint": Fingerprint(ports=[], evidence=[]),
        "logins": [WEB, SHELL],
        "accounts": [Account(user=NAMES[number], password=f"bí-mật-{number}", source=0) for number in range(7)],
        "limits": FamilyLimits(),
        "lockout": Lockout(),
        "remediation": Text(vi="Đổi mật khẩu", en="Change the password"),
        **changes,
    }
    return Family(**values)


FAMILY = make_family()


def order(number=0, device=CAMERA, login=WEB, family=FAMILY, **changes):
    """Account number such of the family, at the device."""
    return Order(
        device=device,
        family=family,
        login=login,
        account=family.accounts[number],
        protocol=login.protocol,
        port=80,
        **changes,
    )


def answer(outcome=AttemptOutcome.REFUSED, **changes):
    return Attempt(outcome, **changes)
