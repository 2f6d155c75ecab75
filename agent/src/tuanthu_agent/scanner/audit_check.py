"""Checking the log of attempts: whether any line was changed, removed, moved, added or cut off. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tuanthu_agent.scanner.audit_record import FIRST, Record, are_torn, decode, digest, digest_torn
from tuanthu_agent.scanner.budget import Head


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong, and where."""

    line: int
    """Counted from 1; 0: the file as a whole."""
    code: str
    """`changed`, `missing`, `foreign`, `cut`, `no-ledger`, `beyond`."""
    vi: str
    en: str


@dataclass(slots=True)
class Report:
    """What was found."""

    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    torn: int = 0
    """Lines that a crash left half-written: kept as evidence, no fault."""
    unconfirmed: bool = False
    """The last record was written just before a crash, before the ledger knew of it."""


def check(lines: Iterable[bytes], head: Head | None) -> Report:
    """Go through the file's lines, each with its line feed; `head` is what the ledger keeps, None without a ledger."""
    report, chain = Report(), _Chain()
    for number, raw in enumerate(lines, 1):
        record = decode(raw[:-1]) if raw.endswith(b"\n") else None
        if record is None:
            chain.torn.append(raw.removesuffix(b"\n"))
            chain.open = not raw.endswith(b"\n")
            continue
        report.faults.extend(chain.take(number, record, raw[:-1]))
        report.records.append(record)
    report.torn = chain.torn_before + len(chain.torn)
    if not are_torn(chain.torn[:-1] if chain.open else chain.torn):
        report.faults.append(_foreign(chain.line + 1))
    report.faults.extend(_compare(chain, head, report))
    return report


class _Chain:
    """Where the chain stands."""

    def __init__(self) -> None:
        self.last = Head(0, FIRST)
        self.line = 0
        self.hashes: dict[int, str] = {}
        self.torn: list[bytes] = []
        self.torn_before = 0
        self.open = False

    def take(self, number: int, record: Record, line: bytes) -> list[Fault]:
        """The next record; what does not fit. The chain goes on from it, so that one change is told once."""
        faults = []
        if record.after_torn != digest_torn(self.torn) or not are_torn(self.torn):
            faults.append(_foreign(number))
        if record.seq != self.last.sequence + 1:
            faults.append(_missing(number, self.last.sequence + 1, record.seq))
        elif record.prev != self.last.hash:
            faults.append(_changed(number))
        self.torn_before += len(self.torn)
        self.torn = []
        self.line = number
        self.last = Head(record.seq, digest(line))
        self.hashes[record.seq] = self.last.hash
        return faults


def _compare(chain: _Chain, head: Head | None, report: Report) -> list[Fault]:
    """The end of the chain against what the ledger keeps."""
    if head is None:
        return [_NO_LEDGER] if report.records or chain.torn else []
    if chain.last.sequence < head.sequence:
        return [_cut(chain.last.sequence, head.sequence)]
    if head.sequence and chain.hashes.get(head.sequence) != head.hash:
        return [_changed(chain.line)]
    report.unconfirmed = chain.last.sequence == head.sequence + 1
    return [_beyond(chain.line)] if chain.last.sequence > head.sequence + 1 else []


_NO_LEDGER = Fault(
    0,
    "no-ledger",
    "không có sổ lượt đăng nhập để đối chiếu điểm cuối của nhật ký",
    "there is no ledger to compare the end of the log with",
)


def _changed(line: int) -> Fault:
    return Fault(
        line,
        "changed",
        "dòng này hoặc dòng ngay trước nó đã bị sửa, hoặc các dòng đã bị đổi chỗ",
        "this line or the one before it was changed, or lines were moved",
    )


def _missing(line: int, expected: int, found: int) -> Fault:
    return Fault(
        line,
        "missing",
        f"số thứ tự phải là {expected} nhưng ở đây là {found}: có dòng bị xóa, lặp lại hoặc đổi chỗ",
        f"the number should be {expected} but is {found}: a line was removed, repeated or moved",
    )


def _foreign(line: int) -> Fault:
    return Fault(
        line,
        "foreign",
        "trước dòng này có nội dung không do chương trình ghi, hoặc phần ghi dở đã bị sửa hay xóa",
        "before this line stands what the program did not write, or a half-written part was changed or removed",
    )


def _cut(last: int, expected: int) -> Fault:
    return Fault(
        0,
        "cut",
        f"nhật ký kết thúc ở dòng số {last} nhưng sổ ghi nhận đến số {expected}: phần cuối đã bị cắt",
        f"the log ends with number {last} but the ledger knows {expected}: its end was cut off",
    )


def _beyond(line: int) -> Fault:
    return Fault(
        line,
        "beyond",
        "nhật ký dài hơn sổ lượt đăng nhập: sổ đã bị thay bằng bản cũ, hoặc có dòng bị thêm vào",
        "the log is longer than the ledger knows: an old ledger was put back, or lines were added",
    )
