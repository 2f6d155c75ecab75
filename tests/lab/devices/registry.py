"""All kinds of devices of the lab, by id."""

from tests.lab.devices.cameras import brands, dahua, guarded, hikvision, labels, sessions, tapo
from tests.lab.devices.others import copiers, firewalls, hosts, printers, storage, ubiquiti, ups
from tests.lab.devices.routers import apis, archer, basic, cookies, dlink, gdpr, mercusys, older, ont, reyee, tplink
from tests.lab.real import kinds

MODULES = (hikvision, dahua, guarded, brands, labels, sessions, tapo, ont, basic, cookies, tplink, archer, gdpr, mercusys, dlink, older, apis, reyee, firewalls, storage, printers, copiers, ups, ubiquiti, hosts)  # fmt: skip
EMULATED = {kind.id: kind for module in MODULES for kind in module.KINDS}
REAL = {kind.id: kind for kind in kinds.KINDS}
KINDS = EMULATED | REAL
