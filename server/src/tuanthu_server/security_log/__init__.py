"""What happened to accounts and rights: an append-only, hash-chained log."""
