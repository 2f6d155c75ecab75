"""The duty of a designated agent: scan the unit's networks on schedule, by a signed order, and report the devices."""
