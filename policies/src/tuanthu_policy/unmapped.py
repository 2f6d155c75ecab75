"""Rules that no clause of a regulation asks for, and why they are judged all the same."""

from collections.abc import Mapping
from typing import Final

from tuanthu_policy.text import Text

UNMAPPED: Final[Mapping[str, Text]] = {
    "device.management_encrypted": Text(
        "Khuyến nghị kỹ thuật: điều khoản cấu hình an toàn đã đối chiếu chỉ nói về máy chủ, máy trạm.",
        "Good practice: the clause on secure configuration speaks of servers and workstations only.",
    ),
    "device.obsolete_crypto": Text(
        "Khuyến nghị kỹ thuật: chưa đối chiếu được điều khoản nào về mã hóa của thiết bị mạng.",
        "Good practice: no clause on the cryptography of network devices was found.",
    ),
    "host.disk_space": Text(
        "Khuyến nghị vận hành: ổ đĩa đầy làm dừng cập nhật, nhật ký và phần mềm khám chữa bệnh.",
        "Operations: a full disk stops updates, logs and clinical software.",
    ),
    "host.time_synchronised": Text(
        "Khuyến nghị vận hành: giờ sai làm sai mọi mốc thời gian của bằng chứng và nhật ký.",
        "Operations: a wrong clock falsifies every time in evidence and logs.",
    ),
    "host.timezone_local": Text(
        "Khuyến nghị vận hành: múi giờ sai làm khó đối chiếu nhật ký của các máy.",
        "Operations: a wrong time zone makes logs of machines hard to compare.",
    ),
    "scan.no_unmanaged_computers": Text(
        "Độ phủ của chính việc giám sát: máy không có tác tử không nằm trong số liệu nào.",
        "Coverage of the audit itself: a computer without an agent stands in no figure.",
    ),
    "scan.recent_and_whole": Text(
        "Điều kiện để tin số liệu về thiết bị mạng của đơn vị.",
        "What it takes to trust a unit's figures of devices.",
    ),
}
"""A rule stands either here or in a framework; a test checks."""
