"""What people stated on a clause, over the units in scope."""

from collections.abc import Sequence

from tuanthu_policy.control import AttestationDemand
from tuanthu_server.compliance.standing import Counts, Standing
from tuanthu_server.compliance.totals import added
from tuanthu_server.reports.snapshot.inputs import UnitFacts
from tuanthu_server.reports.snapshot.model import AttestationPart


def attested_part(
    demand: AttestationDemand, code: str, standing: Standing, units: Sequence[UnitFacts]
) -> AttestationPart:
    """The units by what their statement on a clause (`framework/control`) comes to."""
    known = [standing.units[unit.id].attested for unit in units if unit.id in standing.units]
    counts = added([Counts(), *(attested[code] for attested in known if code in attested)])
    state = "unconfirmed"
    if counts.passed + counts.failed:
        state = "confirmed" if counts.passed == len(units) else "partly"
    return AttestationPart(
        what=demand.what, state=state, confirmed=counts.passed, denied=counts.failed, units=len(units)
    )
