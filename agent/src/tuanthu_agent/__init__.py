"""Tuanthu's agent: observes one machine, keeps what it saw in a spool and delivers it signed. Imports nothing here."""

__version__ = "0.1.0"
