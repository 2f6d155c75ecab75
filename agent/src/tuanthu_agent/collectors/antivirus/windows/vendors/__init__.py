"""One file for each family of vendors: what their products are called, and what they tell of themselves."""
