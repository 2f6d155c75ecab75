"""Backup and restore of a whole collector in one file: its database, its keys and its files."""
