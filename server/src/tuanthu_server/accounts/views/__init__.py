"""Pages of signing in, and of the own password."""
