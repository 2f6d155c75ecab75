"""Whatever is asked of the interface, it answers within its description and never with an error of the server."""

from datetime import UTC, datetime

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.assets.people import person, signed_in

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.api.urls import api
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = 12
OPERATIONS = sorted(
    (method.upper(), path) for path, item in api.get_openapi_schema()["paths"].items() for method in item
)


@pytest.fixture
def cookies(transactional_db) -> dict[str, str]:
    publish(load_policy())
    unit = Unit.objects.create(code="BV-9", name="Bệnh viện Mẫu", kind="hospital", created_at=datetime.now(UTC))
    Asset.objects.create(unit=unit, name="MÁY-BV", created_at=datetime.now(UTC))
    client = signed_in(person("bà-hằng", Role.ADMINISTRATOR))
    client.get("/")  # its menu has a form, so its token of CSRF comes along
    return {name: morsel.value for name, morsel in client.cookies.items()}


def test_every_operation_answers_as_it_is_described(cookies):
    headers = {"X-CSRFToken": cookies[django_settings.CSRF_COOKIE_NAME], "Host": "localhost"}
    jar = {"headers": headers, "cookies": cookies}
    described = schemathesis.openapi.from_dict(api.get_openapi_schema())
    described.app = WSGIHandler()
    answered = set()

    def asked_of(method, path):
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=described[path][method].as_strategy())
        def run(case):
            case.cookies = {}
            case.headers.pop("Authorization", None)  # guessing tokens would only be held up
            answer = case.call(**jar)
            answered.add((path, answer.status_code))
            case.validate_response(answer, checks=list(CHECKS))

        return run

    for method, path in OPERATIONS:
        asked_of(method, path)()
    assert {path for path, status in answered if status in {200, 201}} > {"/api/v1/assets", "/api/v1/work"}
    assert 401 not in {status for _, status in answered}
