"""What counts as worse and as better between two days."""

import pytest

from tuanthu_server.compliance.comparing import UnitThenAndNow
from tuanthu_server.compliance.standing import Counts


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ((5, 2, 0), (5, 2, 0), (0, 0, False)),
        ((5, 2, 0), (4, 3, 0), (2, 0, False)),
        ((5, 2, 0), (6, 1, 0), (0, 2, False)),
        ((5, 2, 0), (6, 3, 0), (1, 0, False)),  # two more machines, one of which fails
        ((5, 2, 0), (4, 2, 1), (1, 0, False)),  # one that passed fell silent
        ((5, 8, 0), (5, 1, 7), (0, 0, True)),  # seven that failed fell silent: nobody mended them
        ((5, 8, 0), (5, 1, 0), (0, 7, False)),  # retired, or their waiting is over
        ((5, 2, 0), (5, 2, 1), (0, 0, True)),
        ((5, 2, 1), (6, 2, 0), (0, 1, False)),
    ],
)
def test_a_unit_is_worse_better_or_unclear(before, after, found):
    counts = [Counts(passed=one[0], failed=one[1], stale=one[2]) for one in (before, after)]
    line = UnitThenAndNow(1, *counts)

    assert (line.worse, line.better, line.unclear) == found
