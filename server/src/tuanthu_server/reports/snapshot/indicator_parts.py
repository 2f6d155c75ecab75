"""The plan's indicators as the snapshot keeps them; the arithmetic is that of `compliance.indicators`."""

from collections.abc import Sequence

import msgspec

from tuanthu_policy.control import Framework
from tuanthu_server.compliance.indicators import IndicatorFigure, UnitStatement, indicator_figures
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.reports.snapshot.attested import attested_part
from tuanthu_server.reports.snapshot.figures import ratio
from tuanthu_server.reports.snapshot.inputs import UnitFacts
from tuanthu_server.reports.snapshot.model import IndicatorPart, IndicatorShare, PlanPart


def plan_parts(standing: Standing, units: Sequence[UnitFacts]) -> list[PlanPart]:
    """Every plan of the policy in force over the units in scope."""
    policy = standing.policy.policy
    stated = [
        UnitStatement(unit.id, unit.kind, unit.staff, unit.expected, unit.servers, unit.devices) for unit in units
    ]
    return [
        PlanPart(
            id=plan.id,
            title=plan.title,
            indicators=[
                _part(policy.frameworks[plan.framework], figure, standing, units)
                for figure in indicator_figures(plan, standing, stated)
            ],
        )
        for plan in policy.plans.values()
    ]


def _part(
    framework: Framework, figure: IndicatorFigure, standing: Standing, units: Sequence[UnitFacts]
) -> IndicatorPart:
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
        attestation=attested_part(demand, f"{framework.id}/{indicator.clause}", standing, units)
        if attested and demand
        else None,
    )
