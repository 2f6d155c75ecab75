"""What changed since a day, within the reach of whoever asks."""

from tuanthu_server.access.reach import Reach
from tuanthu_server.compliance.comparing import Comparison, compare
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import day_of


def compared(within: Reach, then: Reach) -> tuple[Comparison, dict[int, Unit]]:
    """What somebody sees now (or at the moment that is looked at) against what they see then; and the units."""
    after, before = within.standing(), then.standing()
    old, new = (list(one.units(day_of(moment.as_of))) for one, moment in ((then, before), (within, after)))
    found = compare(before, after, ([unit.pk for unit in old], [unit.pk for unit in new]))
    return found, {unit.pk: unit for unit in within.named([*old, *new])}
