"""A login form that is answered by a cookie or a redirection: what stands in the table, and who serves it."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.lab.devices.http import Response, Web, moved, page
from tests.lab.devices.state import Answer


def b64(text):
    return base64.b64encode(text.encode()).decode()


def same(text):
    return text


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


@dataclass(frozen=True)
class Form:
    """One login form."""

    start: Callable
    """(web) → the page of strangers, or a path to go to."""
    post: str
    user: str
    password: str
    cookie: str
    success: Callable
    """(web, cookie header) → the answer to a right login."""
    failure: Callable
    main: str
    """A page for those with a session."""
    logout: str = "/logout.htm"
    code_user: Callable = same
    code: Callable = same
    fixed_user: str | None = None
    """The form has no field for the account."""
    login_page: str = ""
    busy: Callable | None = None
    server: str = "httpd"


class FormWeb(Web):
    """Serves the form in `names["form"]`."""

    def __init__(self, device, service):
        super().__init__(device, service)
        self.form = self.names["form"]
        self.server = self.form.server
        self.success_words = f"{self.form.main} logout {self.form.cookie}"

    def start_page(self, request):
        found = self.form.start(self)
        return moved(found) if isinstance(found, str) else found

    def answer(self, request):
        form = self.form
        if request.path == "/" and request.method == "GET":
            signed_in = self.state.has_session(request.cookie(form.cookie))
            return self.main_page() if signed_in else self.start_page(request)
        if request.path == form.login_page and request.method == "GET":
            return self.names.get("login_body", lambda web: Response(page(web.device.model)))(self)
        if request.path == form.post and request.method == "POST":
            return self.sign_in(request)
        if request.path.startswith(form.logout.partition("?")[0]) and form.logout:
            self.state.close_session(request.cookie(form.cookie))
            return self.start_page(request)
        if request.path == form.main:
            return self.main_page() if self.state.has_session(request.cookie(form.cookie)) else self.start_page(request)
        extra = self.names.get("extra")
        return extra(self, request) if extra else None

    def main_page(self):
        return Response(page(self.device.model, f"<a href='{self.form.logout}'>Logout</a><p>{self.device.serial}</p>"))

    def sign_in(self, request):
        form, sent = self.form, request.form()
        user = form.fixed_user
        if user is None:
            user = next(
                (name for name in self.state.accounts if form.code_user(name) == sent.get(form.user)),
                sent.get(form.user, ""),
            )
        answer = self.login(request, user, lambda known: form.code(known) == sent.get(form.password))
        if answer == Answer.BUSY and form.busy:
            return form.busy(self)
        if not answer.good:
            return form.failure(self)
        return form.success(self, f"{form.cookie}={self.open_session()}; path=/")


def shown(title, body="", status=200):
    return lambda web: Response(page(title.format(model=web.device.model), body.format(model=web.device.model)), status)


def goes(where, status=302):
    return lambda web, cookie: moved(where, status, [("Set-Cookie", cookie)])


def stays(where, status=302):
    return lambda web: moved(where, status)


def cookie_page(body):
    return lambda web, cookie: Response(page(web.device.model, body), 200, [("Set-Cookie", cookie)])
