"""What the log does not say."""

import logging

import pytest
from django.test import Client
from tests.assets.people import person, signed_in

from tuanthu_server.accounts import invitations
from tuanthu_server.accounts.roles import Role
from tuanthu_server.logs import Discreet


@pytest.mark.django_db
def test_a_link_that_still_serves_and_the_insides_of_a_refusal_stay_out_of_the_log(caplog):
    caplog.handler.addFilter(Discreet())
    user = person("ông-phúc", Role.OFFICER)
    token = invitations.invite(user)
    with caplog.at_level(logging.WARNING):
        assert Client(enforce_csrf_checks=True).post(f"/invitation/{token}/").status_code == 403
        assert signed_in(user).get("/people/").status_code == 403

    assert token not in caplog.text
    assert "/invitation/…" in caplog.text
    assert "Traceback" not in caplog.text
    assert "/people/" in caplog.text
