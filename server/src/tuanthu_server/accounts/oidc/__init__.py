"""Signing in by an identity provider (OpenID Connect, code flow with PKCE): of people who are known already, only."""
