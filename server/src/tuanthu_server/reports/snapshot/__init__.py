"""The frozen, numbered `DepartmentReport`: every number that any document prints, computed once.

`take_snapshot` and `load_snapshot` need Django and stand in `register`; the types stand in `model`.
"""

from tuanthu_server.reports.snapshot.model import DepartmentReport
from tuanthu_server.reports.snapshot.register import load_snapshot, take_snapshot

__all__ = ["DepartmentReport", "load_snapshot", "take_snapshot"]
