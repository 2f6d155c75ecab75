"""A year of a whole province, worked out in memory and filled in by bulk: what real reports would have left."""
