"""Units of the sector: their tree of dated links, and what is expected of them."""
