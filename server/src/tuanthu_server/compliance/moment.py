"""A past moment as somebody looks at it: what is kept of it is read once, and everything shown comes from that."""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cached_property

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import history, past
from tuanthu_server.compliance.history import Shape
from tuanthu_server.compliance.past import Kept
from tuanthu_server.compliance.policies import PolicyInForce, in_force
from tuanthu_server.compliance.standing import Standing, standing_of
from tuanthu_server.inventory import store as stores


class Moment:
    """A moment of the past; for one request.

    What needs the figures of all assets raises `past.NotReadyError` where they must be worked out first.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at

    @cached_property
    def kept(self) -> Kept:
        """What each asset adds to the figures."""
        return past.kept_at(self.at)

    @cached_property
    def standing(self) -> Standing:
        """The figures of all units."""
        return standing_of(self.at, self.kept)

    @cached_property
    def policy(self) -> PolicyInForce:
        """The policy in force."""
        return in_force(self.at)

    def shapes(self) -> Iterator[tuple[int, int, Shape]]:
        """Every asset with its unit of then and what it adds to the figures."""
        for asset, (unit, place) in self.kept.assets.items():
            yield asset, unit, self.kept.shapes[place]

    def unit_of(self, asset: int) -> int | None:
        """The unit to which an asset belonged; None where it was not there."""
        found = history.assets_at(stores.current(), self.at, [asset]).get(asset)
        return found[0] if found else None

    def last_seen(self, machines: Collection[int]) -> dict[int, datetime]:
        """When machines had last reported; those that had not are absent."""
        return history.last_seen_at(stores.current(), machines, self.at)

    def worst_outcomes(self, framework: str) -> dict[int, Outcome]:
        """Of each machine or device the worst outcome over a framework."""
        found = {}
        for asset, _, shape in self.shapes():
            code = framework if shape.device is None else f"device:{framework}"
            outcome = next((one for name, one in shape.controls if name == code and one in OUTCOMES), None)
            if outcome is not None:
                found[asset] = Outcome(outcome)
        return found


OUTCOMES = frozenset(outcome.value for outcome in Outcome)
