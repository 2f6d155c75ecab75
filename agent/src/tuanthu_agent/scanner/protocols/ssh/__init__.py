"""SSH: the greeting and what it offers, and a login by password or keyboard-interactive through paramiko."""
