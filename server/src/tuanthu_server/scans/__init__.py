"""Who may scan which networks: the trusted authority, and the scopes that it signed and that agents are given."""
