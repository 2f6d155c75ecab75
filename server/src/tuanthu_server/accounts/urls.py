"""Signing in and out, the own password, the language."""

from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path, reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from tuanthu_server.accounts.forms import ChangePasswordForm, SignInForm
from tuanthu_server.accounts.permissions import Permission, needs

own = needs(Permission.OWN_ACCOUNT)
form = require_http_methods(["GET", "HEAD", "POST"])
sign_in = views.LoginView.as_view(
    template_name="accounts/login.html", authentication_form=SignInForm, redirect_authenticated_user=True
)
change_password = views.PasswordChangeView.as_view(
    template_name="accounts/password.html",
    form_class=ChangePasswordForm,
    success_url=reverse_lazy("password-changed"),
)
password_changed = views.PasswordChangeDoneView.as_view(template_name="accounts/password_changed.html")

urlpatterns = [
    path("login/", login_not_required(form(sign_in)), name="login"),
    path("logout/", own(require_POST(views.LogoutView.as_view())), name="logout"),
    path("password/", own(form(change_password)), name="password"),
    path("password/changed/", own(require_safe(password_changed)), name="password-changed"),
    path("language/", login_not_required(require_POST(set_language)), name="language"),
]
