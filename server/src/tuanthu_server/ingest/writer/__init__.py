"""Storing a group of verified reports in one durable transaction."""
