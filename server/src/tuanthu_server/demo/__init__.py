"""A demonstration organisation with simulated machines, visibly labelled, through the same paths as real data."""
