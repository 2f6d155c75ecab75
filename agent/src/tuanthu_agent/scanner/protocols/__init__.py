"""Logins and evidence over each protocol that the scanner speaks; sockets come from the door only."""
