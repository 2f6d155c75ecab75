"""People who sign in, the units for which they answer, and all that belongs to their sign-in."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from tuanthu_server.accounts.roles import Role
from tuanthu_server.units.models import Unit


class User(AbstractUser):
    """A person. Who is given no role sees nothing: an officer of no unit."""

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.OFFICER)
    totp_secret = models.BinaryField(null=True, blank=True)
    """The second factor's seed, sealed (`sealing`); of no use before `totp_since`."""
    totp_since = models.DateTimeField(null=True, blank=True)
    totp_last_step = models.BigIntegerField(default=0)
    """The newest 30-second step whose code was taken: no code is taken twice."""
    oidc_subject = models.CharField(max_length=600, blank=True)
    """`issuer subject` of the identity provider, once they signed in by it."""

    class Meta(AbstractUser.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("oidc_subject",), condition=~models.Q(oidc_subject=""), name="one_person_an_identity"
            ),
        )


class Membership(models.Model):
    """A unit officer answers for a unit, from a date until a date; its subunits follow from the register."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="officers")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    """First day on which it no longer holds."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "unit"), condition=models.Q(valid_to__isnull=True), name="one_open_membership"
            ),
        )


class RecoveryCode(models.Model):
    """A code that stands in for the second factor once. Only its SHA-256 is kept: it has 80 random bits."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True, blank=True)


class SignIn(models.Model):
    """One session of a person, which they and an administrator can end."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    """To the minute."""
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)


class Attempts(models.Model):
    """Failures of whoever guesses, by account, known browser, address or second factor; shared by all processes."""

    key = models.BinaryField(max_length=32, primary_key=True)
    """SHA-256 of what is counted: no list of names that somebody tried is kept."""
    failures = models.IntegerField(default=0)
    last_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)


class Invitation(models.Model):
    """A link by which a person sets their password once. Only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class ApiToken(models.Model):
    """A program's key to the API in a person's name. Only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)
    permissions = models.JSONField(default=list)
    """What it may do at most; never more than its person may."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    paid_until = models.DateTimeField(null=True, blank=True)
    """Until when its requests are accounted for (`rates`), on PostgreSQL."""


class SealedSecret(models.Model):
    """A secret of the configuration, sealed (`sealing`)."""

    name = models.CharField(max_length=40, primary_key=True)
    sealed = models.BinaryField()
    set_at = models.DateTimeField()
