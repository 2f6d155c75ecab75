"""What the interface answers, by what it is about."""
