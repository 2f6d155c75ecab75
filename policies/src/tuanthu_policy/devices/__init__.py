"""The device catalogue: what a family looks like, and how to prove that its default accounts are dead."""
