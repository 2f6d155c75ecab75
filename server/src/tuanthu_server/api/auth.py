"""Who asks: a person with a session of the pages (whose writes carry the CSRF token)."""

from typing import Final

from ninja.security import SessionAuth

SESSION: Final = SessionAuth(csrf=True)
