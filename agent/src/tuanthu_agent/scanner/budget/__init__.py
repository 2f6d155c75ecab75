"""One budget of logins per device: paid for before a packet leaves, never refunded, the same after any crash."""

from tuanthu_agent.scanner.budget.device import DeviceKey, device_key
from tuanthu_agent.scanner.budget.law import Limits, limits_of, strictest
from tuanthu_agent.scanner.budget.ledger import Head, Ledger, Order, read_head
from tuanthu_agent.scanner.budget.standing import AccountStanding, Standing

__all__ = [
    "AccountStanding",
    "DeviceKey",
    "Head",
    "Ledger",
    "Limits",
    "Order",
    "Standing",
    "device_key",
    "limits_of",
    "read_head",
    "strictest",
]
