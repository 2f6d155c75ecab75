"""Tuanthu's collector: units, inventory, ingest, compliance, reports and pages."""

__version__ = "0.1.0"
