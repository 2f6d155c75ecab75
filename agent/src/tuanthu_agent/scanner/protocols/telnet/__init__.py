"""Telnet (RFC 854): options refused but echo and go-ahead, prompts recognised, a login, and out again."""
