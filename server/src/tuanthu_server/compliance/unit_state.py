"""How a whole unit stands, in one word: what a mark on a map can show."""

from enum import StrEnum

from tuanthu_policy.text import Text
from tuanthu_server.compliance.standing import Counts, UnitCompliance
from tuanthu_server.compliance.totals import Coverage, LanCoverage


class UnitState(StrEnum):
    """From well to worse, then what is not known."""

    GOOD = "good"
    """Every machine passes, and every machine that the unit states, or that a scan saw, is among them."""
    FEW = "few"
    """Some machines fail, less than half of those in scope."""
    MANY = "many"
    """Half of them or more fail."""
    OPEN = "open"
    """None fails, and either a machine is not settled or it is not known of how many machines nothing is known."""
    NONE = "none"
    """No machine is enrolled."""

    @classmethod
    def of(cls, part: UnitCompliance, counts: Counts, coverage: Coverage, lan: LanCoverage) -> "UnitState":
        """The state by its machines' worst outcomes over a framework, and by both coverages."""
        if not part.assets:
            return cls.NONE
        if counts.failed:
            return cls.MANY if counts.failed * 2 >= counts.applicable else cls.FEW
        settled = 0 < counts.applicable == counts.passed
        whole = coverage.covered == coverage.expected and (lan.seen is None or lan.covered == lan.seen)
        return cls.GOOD if settled and whole else cls.OPEN

    @property
    def text(self) -> Text:
        """What it is called."""
        return _TEXTS[self]


_TEXTS = {
    UnitState.GOOD: Text("Mọi máy đạt", "Every machine passes"),
    UnitState.FEW: Text("Dưới nửa số máy không đạt", "Less than half of the machines fail"),
    UnitState.MANY: Text("Nửa số máy trở lên không đạt", "Half of the machines or more fail"),
    UnitState.OPEN: Text("Chưa đủ để kết luận", "Too little is known"),
    UnitState.NONE: Text("Chưa có máy nào ghi danh", "No machine is enrolled"),
}
