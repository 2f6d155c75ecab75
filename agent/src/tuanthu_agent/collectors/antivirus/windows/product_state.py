"""The integer `productState` by which Windows' Security Center keeps a product's state.

Microsoft publishes its meaning only through IWSCProductList (on, off, snoozed, expired; signatures up to date or not);
the bits are known from observation: 0xF000 state, 0x00F0 signatures, 0xFF0000 kinds of provider. What fits none of
the known values has no meaning here: the raw integer alone is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Mapping

_STATES: Final[Mapping[int, str]] = {0x0000: "disabled", 0x1000: "active", 0x2000: "snoozed", 0x3000: "expired"}
_SIGNATURES: Final[Mapping[int, bool]] = {0x00: True, 0x10: False}
_ANTIVIRUS: Final = 0x04
"""WSC_SECURITY_PROVIDER_ANTIVIRUS."""


@dataclass(frozen=True)
class ProductState:
    """One product's state; a part that is not known is None."""

    raw: int | None = None
    state: str | None = None
    """As the fact `state`."""
    signatures_current: bool | None = None


def parse_product_state(value: object) -> ProductState:
    """Decode one integer; anything else, or another kind of provider than antivirus, has no state."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 32:
        return ProductState()
    if not (value >> 16) & _ANTIVIRUS or value >> 24:
        return ProductState(raw=value)
    return ProductState(value, _STATES.get(value & 0xF000), _SIGNATURES.get(value & 0x00F0))
