"""Notifications: what happened, told to those who asked for it and may know it."""
