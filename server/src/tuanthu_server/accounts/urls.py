"""Signing in and out, the own password, the language."""

from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.accounts.views import own, sign_in, single_sign_on

sign_out = needs(Permission.OWN_ACCOUNT)(require_POST(views.LogoutView.as_view()))

urlpatterns = [
    path("login/", sign_in.sign_in, name="login"),
    path("login/code/", sign_in.code, name="login-code"),
    path("login/enrol/", sign_in.enrol, name="login-enrol"),
    path("login/oidc/", single_sign_on.start, name="login-oidc"),
    path("login/oidc/back/", single_sign_on.back, name="login-oidc-back"),
    path("invitation/<str:token>/", own.accept_invitation, name="invitation"),
    path("logout/", sign_out, name="logout"),
    path("password/", own.change_password, name="password"),
    path("password/changed/", own.password_changed, name="password-changed"),
    path("language/", login_not_required(require_POST(set_language)), name="language"),
]
