"""From an identity to a person who is known already. Nobody is ever made by an identity provider."""

from django.db import transaction

from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.oidc.flow import Identity
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event


def person_of(identity: Identity, claim: str) -> User | None:
    """The person, or None.

    At the first time the agreed claim names them; from then on the subject does, so that an address which somebody
    else is given later opens nothing.
    """
    with transaction.atomic():
        bound = User.objects.filter(oidc_subject=identity.subject).first()
        if bound is not None:
            return bound if bound.is_active else None
        field = "email__iexact" if claim == "email" else "username"
        found = list(User.objects.select_for_update().filter(**{field: identity.name})[:2]) if identity.name else []
        if len(found) != 1 or not found[0].is_active or found[0].oidc_subject:
            return None
        found[0].oidc_subject = identity.subject
        found[0].save(update_fields=["oidc_subject"])
        record(Event.IDENTITY_BOUND, found[0].username, identity=identity.subject)
        return found[0]
