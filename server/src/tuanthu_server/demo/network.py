"""The simulated local network: most are well; some have no cable in, a worn cable, or a second way out."""

import random
from typing import Any

from tuanthu_server.demo.scene import Scene, Sight, sight


def mac_of(number: int) -> str:
    """The address of a machine's port: locally administered, so that it is nobody's."""
    return f"02:74:64:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def lan_sight(draw: random.Random, scene: Scene) -> Sight:
    """Port, gateway, names, and ways around the network."""
    facts = _port(draw, scene) | _paths(draw, scene)
    if not scene.connected:
        return sight("lan", facts | {"wired_up": False}, "no-default-route", "no-dns-servers")
    gateway = f"192.168.{scene.line_dice('network').randint(1, 250)}.1"
    facts |= {"default_gateway": gateway, "dns_servers": [gateway]}
    luck = scene.luck(draw, 0.5)
    if luck < 0.08:
        return sight("lan", facts, "probes-passive")
    facts |= {"dns_resolves": luck > 0.1, "dns_time_ms": draw.choice((10, 20, 20, 50)) if luck > 0.1 else None}
    if luck < 0.12:
        return sight("lan", facts | {"gateway_reachable": False, "gateway_loss_percent": 100})
    return sight("lan", facts | _gateway(draw, scene))


def _port(draw: random.Random, scene: Scene) -> dict[str, Any]:
    """The network port and what became of its packets."""
    own = f"192.168.{scene.line_dice('network').randint(1, 250)}.{scene.number % 200 + 20}"
    speed = draw.choices((1000, 100, 10), (80, 16, 4))[0]
    duplex = "full" if scene.luck(draw, 0) < 0.97 else "half"
    speed = 1000 if scene.kept else speed
    errors = "none" if scene.kept else draw.choices(("none", "low", "high"), (66, 30, 4))[0]
    port: dict[str, Any] = {
        "name": "Ethernet" if scene.windows else "enp1s0",
        "mac": mac_of(scene.number),
        "kind": "ethernet",
        "up": scene.connected,
        "mtu": 1500,
        "assignment": scene.host["address_assignment"],
        "bus": "pci",
    }
    if not scene.connected:
        return {"interfaces": [port | {"addresses": []}]}
    port |= {"speed_mbps": speed, "duplex": duplex, "errors": errors, "addresses": [f"{own}/24"]}
    return {
        "interfaces": [port],
        "wired_up": True,
        "link_kind": "ethernet",
        "link_speed_mbps": speed,
        "link_duplex": duplex,
        "link_errors": errors,
    }


def _gateway(draw: random.Random, scene: Scene) -> dict[str, Any]:
    """How well the gateway answers; here and there over a bad cable."""
    poor = scene.luck(draw, 1) < 0.04
    return {
        "gateway_reachable": True,
        "gateway_loss_percent": 20 if poor else 0,
        "gateway_rtt_ms": 100 if poor else draw.choice((1, 2, 5)),
        "gateway_jitter_ms": 100 if poor else draw.choice((1, 5)),
        "duplicate_address": scene.luck(draw, 1) < 0.01,
    }


def _paths(draw: random.Random, scene: Scene) -> dict[str, Any]:
    """Ways around the network: here and there a dongle, a bridge, or a machine that forwards packets."""
    paths = []
    if scene.luck(draw, 1) < 0.04:
        paths.append({"kind": "mobile", "interface": "Di động"})
    if scene.luck(draw, 1) < 0.03:
        paths.append({"kind": "wifi", "interface": "Wi-Fi"})
    return {
        "forwarding": scene.luck(draw, 1) < 0.02,
        "bridge_count": 1 if scene.luck(draw, 1) < 0.01 else 0,
        "unit_networks_set": False,
        "second_path_count": len(paths),
        "second_paths": paths,
    }
