"""Makers by their USB vendor number (usb.ids): who makes modems and telephones, and who makes network adapters."""

from __future__ import annotations

from typing import Final

MODEMS_AND_TELEPHONES: Final = frozenset(
    {
        "04e8",  # Samsung
        "05c6",  # Qualcomm
        "0af0",  # Option
        "0bb4",  # HTC
        "0e8d",  # MediaTek
        "0fce",  # Sony
        "1004",  # LG
        "1199",  # Sierra Wireless
        "12d1",  # Huawei
        "18d1",  # Google
        "19d2",  # ZTE
        "1bbb",  # TCL, Alcatel
        "1c9e",  # Longcheer
        "1e0e",  # SIMCom
        "22b8",  # Motorola
        "22d9",  # OPPO
        "2717",  # Xiaomi
        "2a70",  # OnePlus
        "2c7c",  # Quectel
        "2d95",  # vivo
    }
)
"""A wired network interface of theirs is a line of its own."""
ADAPTERS: Final = frozenset(
    {
        "0424",  # Microchip
        "045e",  # Microsoft
        "0b95",  # ASIX
        "0bda",  # Realtek
        "0fe6",  # ICS
        "13b1",  # Linksys
        "17e9",  # DisplayLink
        "17ef",  # Lenovo
        "20f4",  # TRENDnet
        "2357",  # TP-Link
        "9710",  # MosChip
    }
)
"""Their network adapters and docks use the same class drivers as modems."""
