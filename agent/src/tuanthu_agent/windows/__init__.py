"""The part of the door that only Windows has: registry, WMI, services, accounts, update agent."""
