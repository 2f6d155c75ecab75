"""The Internet lines: what machines saw of them, folded month by month, per machine, per unit and for the sector."""
