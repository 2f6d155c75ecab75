"""Scanning as a duty: a designated agent scans its unit's networks on schedule, by a signed order, and reports."""
