import time
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from django.test import Client
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.assets.oidc_provider import CLIENT, SECRET, running
from tests.assets.people import code_of, person

from tuanthu_server import server_process
from tuanthu_server.accounts import kept_secrets, second_factor
from tuanthu_server.accounts.models import SealedSecret, User
from tuanthu_server.accounts.oidc import provider as ours
from tuanthu_server.accounts.roles import Role
from tuanthu_server.errors import ConfigError

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    with running() as found:
        changed = {"oidc_issuer": found.issuer, "oidc_client_id": CLIENT, "oidc_name": "Sở Y tế"}
        settings.CONFIG = msgspec.structs.replace(settings.CONFIG, **changed)
        kept_secrets.write(ours.SECRET, SECRET)
        yield found


@pytest.fixture
def officer() -> User:
    user = person("cán-bộ-hằng", Role.OFFICER)
    user.email = "Hang@soyte.example"
    user.save()
    return user


def leave(client: Client, where: str = "/units/") -> dict[str, str]:
    """Press the button; what the browser carries to the provider."""
    answer = client.get("/login/oidc/", {"next": where})
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def come_back(client: Client, provider, **changed: str):
    """The whole way, with what is changed in the address back."""
    query = parse_qs(urlsplit(provider.authorize(leave(client))).query)
    return client.get("/login/oidc/back/", {name: values[0] for name, values in query.items()} | changed)


def is_in(client: Client) -> bool:
    return client.get("/password/").status_code == 200


def test_it_is_off_until_it_is_set_up():
    assert Client().get("/login/oidc/").status_code == 404
    assert "/login/oidc/" not in Client().get("/login/").content.decode()


def test_a_known_person_signs_in_and_is_bound_to_the_subject(provider, officer):
    client = Client()
    assert "Sở Y tế" in client.get("/login/").content.decode()

    assert come_back(client, provider).headers["Location"] == "/units/"
    assert is_in(client)
    officer.refresh_from_db()
    assert officer.oidc_subject == f"{provider.issuer} u-1"
    provider.person["email"] = "khac@soyte.example"
    assert come_back(Client(), provider).status_code == 302, "the subject counts from now on"


def test_an_address_that_somebody_else_was_given_later_opens_nothing(provider, officer):
    come_back(Client(), provider)
    provider.person["sub"] = "u-2"

    client = Client()
    assert come_back(client, provider).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    "claims", [{"email": "la@soyte.example"}, {"email_verified": False}, {"email_verified": None}, {"email": None}]
)
def test_nobody_is_made_and_nobody_enters_by_an_address_that_is_unknown_or_not_verified(provider, officer, claims):
    provider.claims = claims
    client = Client()

    answer = come_back(client, provider)
    assert answer.status_code == 403
    assert "chưa được khai báo" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == 1


def test_two_people_of_one_address_are_nobody_and_a_dismissed_one_stays_out(provider, officer):
    second = person("cán-bộ-khác", Role.OFFICER)
    second.email = officer.email
    second.save()
    assert come_back(Client(), provider).status_code == 403

    second.delete()
    User.objects.update(is_active=False)
    assert come_back(Client(), provider).status_code == 403


def test_by_the_user_name_where_that_is_agreed_on(provider, officer, settings):
    settings.CONFIG = msgspec.structs.replace(settings.CONFIG, oidc_claim="preferred_username")
    provider.claims = {"preferred_username": "cán-bộ-hằng", "email": None}

    assert come_back(Client(), provider).status_code == 302


@pytest.mark.parametrize(
    ("methods", "where"), [(["pwd"], "/login/code/"), (None, "/login/code/"), (["mfa"], "/units/")]
)
def test_a_department_role_needs_a_second_factor_here_unless_the_provider_asked_for_one(provider, methods, where):
    user = person("bà-hằng", Role.ADMINISTRATOR)
    user.email = "hang@soyte.example"
    user.save()
    second_factor.begin(user)
    second_factor.confirm(user, code_of(user, -1))
    provider.claims = {"amr": methods}
    client = Client()

    assert come_back(client, provider).headers["Location"] == where
    assert is_in(client) is (where == "/units/")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
    ],
)
def test_a_token_that_does_not_hold_is_refused(provider, officer, claims):
    provider.claims = claims
    client = Client()

    assert come_back(client, provider).status_code == 502
    assert not is_in(client)


def test_a_token_of_another_key_or_of_a_shared_secret_is_refused(provider, officer):
    client = Client()
    provider.signer = RSAKey.generate_key(2048, {"kid": "một"}, private=True, auto_kid=False)
    assert come_back(client, provider).status_code == 502

    provider.signer = OctKey.import_key(SECRET * 3, {"kid": "một"})
    provider.algorithm = "HS256"
    assert come_back(client, provider).status_code == 502
    assert not is_in(client)


def test_a_key_that_is_new_at_the_provider_is_fetched(provider, officer, monkeypatch):
    come_back(Client(), provider)
    provider.keys.append(ECKey.generate_key("P-256", {"kid": "hai"}, private=True, auto_kid=False))
    provider.algorithm = "ES256"
    assert come_back(Client(), provider).status_code == 502, "not more than once a minute"

    monkeypatch.setattr(ours, "LEAST_SECONDS", 0)
    assert come_back(Client(), provider).status_code == 302
    assert provider.asked.count("/keys") == 2


def test_state_belongs_to_the_browser_and_serves_once(provider, officer):
    client, other = Client(), Client()
    back = provider.authorize(leave(client))
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    assert other.get("/login/oidc/back/", query).status_code == 502
    assert come_back(client, provider, state="another").status_code == 502
    assert client.get("/login/oidc/back/", query).status_code == 502, "spent by the attempt before"
    assert not is_in(client)
    assert not is_in(other)


@pytest.mark.parametrize("changed", [{"iss": "https://evil.example"}, {"code": "made-up"}])
def test_an_answer_that_was_changed_on_the_way_is_refused(provider, officer, changed):
    client = Client()

    assert come_back(client, provider, **changed).status_code == 502
    assert not is_in(client)


def test_what_the_person_or_the_provider_declined_is_explained(provider, officer):
    client = Client()
    state = leave(client)["state"]
    answer = client.get("/login/oidc/back/", {"error": "access_denied", "state": state})

    assert answer.status_code == 502
    assert "Không đăng nhập được" in answer.content.decode()


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_names_itself_or_its_endpoints_wrongly_is_not_followed(provider, officer, metadata):
    provider.metadata = metadata

    assert Client().get("/login/oidc/").status_code == 502


def test_a_provider_that_is_away_or_sends_elsewhere_is_explained(provider, officer, settings):
    provider.redirects = f"{provider.issuer}/elsewhere"
    assert Client().get("/login/oidc/").status_code == 502
    assert provider.asked == ["/.well-known/openid-configuration"]

    settings.CONFIG = msgspec.structs.replace(settings.CONFIG, oidc_issuer="http://127.0.0.1:9")
    assert Client().get("/login/oidc/").status_code == 502


@pytest.mark.parametrize(
    "changed", [{"oidc_issuer": "http://soyte.example"}, {"oidc_client_id": ""}, {"oidc_claim": "sub"}]
)
def test_settings_that_make_no_sense_are_refused(provider, settings, changed):
    settings.CONFIG = msgspec.structs.replace(settings.CONFIG, **changed)

    with pytest.raises(ConfigError):
        ours.of_collector()


def test_the_secret_lies_sealed(provider):
    assert SECRET.encode() not in bytes(SealedSecret.objects.get().sealed)


def test_the_collector_does_not_start_with_settings_or_seals_that_cannot_work(provider, settings):
    server_process.check_sign_in()
    SealedSecret.objects.update(sealed=b"x" * 60)
    with pytest.raises(ConfigError):
        server_process.check_sign_in()

    settings.CONFIG = msgspec.structs.replace(settings.CONFIG, oidc_claim="sub")
    with pytest.raises(ConfigError):
        server_process.check_sign_in()
