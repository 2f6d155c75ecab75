"""SNMP v1, v2c and v3: GET of what a device is. Never a SET, never a walk."""
