"""The department's authority over scans: its key, and the scopes that it signs. Needs no database."""
