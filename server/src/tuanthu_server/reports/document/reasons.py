"""The reasons of results in words, from what the snapshot keeps of them."""

from collections.abc import Mapping

from tuanthu_policy.reasons import phrase
from tuanthu_policy.text import Text
from tuanthu_server.reports.snapshot.model import MachineResult, ReasonGroup


def reason(row: MachineResult | ReasonGroup, facts: Mapping[str, Text]) -> str:
    """`Không đọc được: Đang chạy (không đủ quyền đọc)`; a code without words of its own is shown as it is."""
    return phrase(row.code, row.fact, facts.get(row.fact), row.cause)
