"""The page of one's own subscriptions. Nobody sees or ends another's there."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.notifications import subscriptions
from tuanthu_server.notifications.channels import way
from tuanthu_server.notifications.forms import KINDS, SubscriptionForm


@needs(Permission.OWN_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def own_subscriptions(request: HttpRequest) -> HttpResponse:
    """The form, and what there is."""
    user = _person(request)
    form = SubscriptionForm(request.POST or None, user=user, config=settings.CONFIG)
    if request.method == "POST" and form.is_valid() and form.save() is not None:
        messages.success(request, gettext("Đã thêm đăng ký nhận thông báo."))
        return redirect("notifications")
    names = dict(KINDS)
    lines = [
        {
            "one": one,
            "address": way(one.channel, settings.CONFIG).masked(one.address),
            "kinds": [names[kind] for kind in one.kinds if kind in names],
        }
        for one in subscriptions.listed(user)
    ]
    return render(
        request,
        "notifications/own.html",
        {"section": "notifications", "form": form, "lines": lines, "email": user.email},
    )


@needs(Permission.OWN_ACCOUNT)
@require_POST
def end_subscription(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's own; another's is as if it did not exist."""
    if not subscriptions.listed(_person(request)).filter(pk=number).exists():
        raise Http404(str(number))
    subscriptions.remove(number)
    messages.success(request, gettext("Đã bỏ đăng ký nhận thông báo."))
    return redirect("notifications")


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
