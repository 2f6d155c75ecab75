"""What a person or a program reaches: the only way from pages and the API to units, assets and results."""
