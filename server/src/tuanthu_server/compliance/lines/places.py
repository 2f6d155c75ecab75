"""To which unit an asset belonged in a month: the months of lines stay with the unit of then."""

from collections.abc import Iterable, Mapping

from tuanthu_server.inventory.store.interface import Store

MOVES = "SELECT asset_id, month, from_unit_id FROM inventory_assetmove WHERE asset_id {any} ORDER BY at, id"
Moves = dict[int, list[tuple[int, int]]]
"""Asset → month of each move and the unit that it left, in their order."""


def read_moves(store: Store, assets: Iterable[int]) -> Moves:
    """The moves of these assets; most have none."""
    moves: Moves = {}
    for asset, month, unit in store.rows(MOVES, [sorted(assets)]):
        moves.setdefault(asset, []).append((month, unit))
    return moves


def units_of(store: Store, units: Mapping[int, int], pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of asset and month as pairs of unit and month; `units` are those of the assets today."""
    moves = read_moves(store, units)
    return [(unit_in(moves, asset, units[asset], month), month) for asset, month in pairs]


def unit_in(moves: Moves, asset: int, unit: int, month: int) -> int:
    """The unit of an asset in a month; that in which it moved is the new unit's."""
    return next((left for at, left in moves.get(asset, ()) if at > month), unit)
