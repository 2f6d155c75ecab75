"""Dahua's discovery on UDP 37810: `DHDiscover.search` in a DHIP frame tells model, serial and whether it is set up."""

import json

MAGIC = b"\x20\0\0\0DHIP"


class Dhip:
    """`Init & 3` is 1 on a device that nobody has set up, 2 on others."""

    def __init__(self, device, service):
        self.device = device

    def datagram(self, data, peer):
        if not data.startswith(MAGIC) or b"DHDiscover.search" not in data:
            return None
        body = json.dumps(
            {
                "mac": self.device.mac,
                "method": "client.notifyDevInfo",
                "params": {
                    "deviceInfo": {
                        "DeviceClass": "IPC",
                        "DeviceType": self.device.model,
                        "HttpPort": 80,
                        "Init": 3221 if self.device.mutation == "uninitialised" else 3222,
                        "IPv4Address": {"IPAddress": self.device.address, "SubnetMask": "255.255.255.0"},
                        "SerialNo": self.device.serial,
                        "Vendor": self.device.kind.vendor,
                        "Version": "2.800.0000000.8.R",
                    }
                },
            }
        ).encode()
        size = len(body).to_bytes(4, "little")
        return MAGIC + b"\0" * 8 + size + b"\0" * 4 + size + b"\0" * 4 + body
