"""All kinds of devices of the lab, by id."""

from tests.lab.devices.cameras import brands, dahua, guarded, hikvision, labels, sessions, tapo
from tests.lab.devices.others import copiers, firewalls, hosts, printers, storage, ubiquiti, ups
from tests.lab.devices.routers import apis, basic, cookies, dlink, older, ont, tplink

MODULES = (hikvision, dahua, guarded, brands, labels, sessions, tapo, ont, basic, cookies, tplink, dlink, older, apis, firewalls, storage, printers, copiers, ups, ubiquiti, hosts)  # fmt: skip
KINDS = {kind.id: kind for module in MODULES for kind in module.KINDS}
