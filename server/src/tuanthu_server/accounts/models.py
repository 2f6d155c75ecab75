"""People who sign in. Roles and scoping by unit come with the pages."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person."""
