"""Refusals of the agents' endpoints: one catalogue of codes, statuses and texts."""

from typing import NamedTuple

import msgspec

from tuanthu_policy.envelope import Problem
from tuanthu_server.errors import TuanthuError

SERVICE_UNAVAILABLE = 503
TOO_MANY_REQUESTS = 429
RETRY_AFTER = 5
"""Seconds."""


class Entry(NamedTuple):
    """One row of docs/protocol.md."""

    status: int
    vi: str
    en: str
    after_upgrade: bool = False
    """The same bytes can succeed once the collector is upgraded."""

    @property
    def retry(self) -> bool:
        """Whether the same bytes can succeed later; the agent keeps them and tries again."""
        return self.status in (SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS) or self.after_upgrade


CATALOGUE: dict[str, Entry] = {
    "body-too-large": Entry(413, "Nội dung quá lớn", "The body is too large"),
    "encoding-unsupported": Entry(
        415, "Kiểu nén không được hỗ trợ hoặc không đúng", "The content encoding is unsupported or wrong"
    ),
    "agent-unknown": Entry(401, "Tác tử chưa được ghi danh", "The agent is not enrolled"),
    "agent-revoked": Entry(403, "Tác tử đã bị thu hồi", "The agent was revoked"),
    "signature-invalid": Entry(401, "Chữ ký không hợp lệ", "The signature is not valid"),
    "malformed": Entry(400, "Nội dung không đúng định dạng", "The content is malformed"),
    "schema-version": Entry(
        400, "Phiên bản định dạng không được hỗ trợ", "The schema version is not supported", after_upgrade=True
    ),
    "digest-mismatch": Entry(
        400, "Mã băm của quan sát không khớp nội dung", "An observation's digest is not that of its content"
    ),
    "agent-mismatch": Entry(400, "Báo cáo ghi tên tác tử khác", "The report names another agent than its header field"),
    "sequence-conflict": Entry(
        409, "Số thứ tự này đã có báo cáo khác", "Another report is stored under this sequence number"
    ),
    "token-unknown": Entry(403, "Mã ghi danh không tồn tại", "The enrolment token does not exist"),
    "token-used": Entry(403, "Mã ghi danh đã dùng hết", "The enrolment token is used up"),
    "token-expired": Entry(403, "Mã ghi danh đã hết hạn", "The enrolment token has expired"),
    "token-revoked": Entry(403, "Mã ghi danh đã bị thu hồi", "The enrolment token was revoked"),
    "key-known": Entry(409, "Khóa này đã ghi danh bằng mã khác", "The key is already enrolled with another token"),
    "token-guessed": Entry(
        429,
        "Đã thử quá nhiều mã ghi danh không tồn tại, hãy đợi rồi thử lại",
        "Too many enrolment tokens that do not exist were tried, wait and try again",
    ),
    "busy": Entry(503, "Máy chủ đang bận, hãy gửi lại sau", "The collector is busy, send again later"),
    "storage-unavailable": Entry(
        503, "Cơ sở dữ liệu chưa nhận được, hãy gửi lại sau", "The database did not take it, send again later"
    ),
}


class Refusal(TuanthuError):  # noqa: N818 (the word of docs/protocol.md)
    """A report or an enrolment that is not taken; nothing of it is stored."""

    def __init__(self, code: str, detail_vi: str = "", detail_en: str = "", last_sequence: int | None = None) -> None:
        entry = CATALOGUE[code]
        super().__init__(
            f"{entry.vi}: {detail_vi}" if detail_vi else entry.vi, f"{entry.en}: {detail_en}" if detail_en else entry.en
        )
        self.code = code
        self.entry = entry
        self.detail_vi = detail_vi
        self.detail_en = detail_en
        self.last_sequence = last_sequence
        self.body_unread = False
        """Whether the sender may still be sending a body that nobody will read."""
        self.wait = RETRY_AFTER if entry.status == SERVICE_UNAVAILABLE else 0
        """After how many seconds to come back; 0 where nothing is said of it."""

    def problem(self) -> Problem:
        """What the agent is told."""
        return Problem(
            type=f"urn:tuanthu:error:{self.code}",
            title=self.entry.vi,
            title_en=self.entry.en,
            status=self.entry.status,
            detail=self.detail_vi,
            detail_en=self.detail_en,
            retry=self.entry.retry,
            last_sequence=msgspec.UNSET if self.last_sequence is None else self.last_sequence,
        )
