"""Discovery: from addresses that a scope allows to hosts, their open services, and what they show without any login."""
