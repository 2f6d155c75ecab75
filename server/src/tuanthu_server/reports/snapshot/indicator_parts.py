"""The plan's indicators as the snapshot keeps them; the arithmetic is that of `compliance.indicators`."""

from collections.abc import Sequence

import msgspec

from tuanthu_policy.control import Framework
from tuanthu_policy.indicator import IndicatorPlan
from tuanthu_server.compliance.indicators import IndicatorFigure, UnitStatement, indicator_figures
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.reports.snapshot.figures import ratio
from tuanthu_server.reports.snapshot.inputs import UnitFacts
from tuanthu_server.reports.snapshot.model import AttestationPart, IndicatorPart, IndicatorShare, PlanPart
from tuanthu_server.reports.snapshot.policy_parts import UNCONFIRMED


def plan_parts(standing: Standing, units: Sequence[UnitFacts]) -> list[PlanPart]:
    """Every plan of the policy in force over the units in scope."""
    policy = standing.policy.policy
    stated = [
        UnitStatement(unit.id, unit.kind, unit.staff, unit.expected, unit.servers, unit.devices) for unit in units
    ]
    return [
        _plan_part(plan, policy.frameworks[plan.framework], indicator_figures(plan, standing, stated))
        for plan in policy.plans.values()
    ]


def _plan_part(plan: IndicatorPlan, framework: Framework, figures: Sequence[IndicatorFigure]) -> PlanPart:
    return PlanPart(id=plan.id, title=plan.title, indicators=[_part(framework, figure) for figure in figures])


def _part(framework: Framework, figure: IndicatorFigure) -> IndicatorPart:
    indicator = figure.indicator
    demand = next(one for one in framework.controls if one.id == indicator.clause).attestation
    attested = figure.numerator is None and demand is not msgspec.UNSET
    return IndicatorPart(
        id=indicator.id,
        title=indicator.title,
        method=indicator.method,
        counts=str(indicator.__struct_config__.tag),
        clause=indicator.clause,
        numerator=figure.numerator,
        denominator=figure.denominator,
        value=figure.value(),
        fraction=None if figure.is_mean else ratio(figure.numerator or 0, figure.denominator).fraction,
        parts=[
            IndicatorShare(id=one.id, title=one.title, count=one.count, counted=one.counted) for one in figure.parts
        ],
        left_out=figure.left_out,
        surplus=figure.surplus,
        outside=figure.outside,
        attestation=AttestationPart(what=demand.what, state=UNCONFIRMED) if attested and demand else None,
    )
