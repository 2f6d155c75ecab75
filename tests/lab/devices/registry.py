"""All kinds of devices of the lab, by id."""

from tests.lab.devices.cameras import dahua, guarded, hikvision, sessions, tapo
from tests.lab.devices.others import firewalls, hosts, office, printers, storage
from tests.lab.devices.routers import apis, archer, basic, cookies, dlink, gdpr, mercusys, older, ont, reyee, tplink
from tests.lab.real import kinds

MODULES = (hikvision, dahua, guarded, sessions, tapo, ont, basic, cookies, tplink, archer, gdpr, mercusys, dlink, older, apis, reyee, firewalls, storage, printers, office, hosts)  # fmt: skip
EMULATED = {kind.id: kind for module in MODULES for kind in module.KINDS}
REAL = {kind.id: kind for kind in kinds.KINDS}
KINDS = EMULATED | REAL
