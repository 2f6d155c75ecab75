"""Rules that no clause of a regulation asks for, and why they are judged all the same."""

from collections.abc import Mapping
from typing import Final

from tuanthu_policy.text import Text

UNMAPPED: Final[Mapping[str, Text]] = {
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
}
"""A rule stands either here or in a framework; a test checks."""
