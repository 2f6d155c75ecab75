"""People: who may sign in, as what, for which units."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tuanthu_server.access.people import reach
from tuanthu_server.accounts import invitations, managing, sessions
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.permissions import OF_ROLE, Permission, needs
from tuanthu_server.accounts.roles import Role
from tuanthu_server.dashboard.people_forms import PersonForm
from tuanthu_server.errors import InputError
from tuanthu_server.units.queries import day_of

manage = needs(Permission.MANAGE_PEOPLE)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@manage
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in or might once."""
    roles = [(role, [one for one in Permission if one in OF_ROLE[role]]) for role in Role]
    return render(request, "dashboard/people.html", {"section": "people", "people": managing.people(), "roles": roles})


@manage
@form_page
@never_cache
def new_person(request: HttpRequest) -> HttpResponse:
    """Add a person; the answer shows their link once."""
    form = PersonForm(reach(request).units(day_of(None)), request.POST or None, new=True)
    if form.is_valid():
        given = form.cleaned_data
        try:
            units = managing.units_named(given["units"])
            user = managing.add(given["username"], Role(given["role"]), units, name=given["name"], email=given["email"])
        except InputError as error:
            form.add_error("username", said(error))
        else:
            return show_link(request, user)
    return render(request, "dashboard/person_new.html", {"section": "people", "form": form})


@manage
@form_page
@never_cache
def person_page(request: HttpRequest, number: int) -> HttpResponse:
    """Change a person's role and units; the rest of what may be done is on this page, too."""
    user = person_or_404(number)
    kept = {
        "name": user.first_name,
        "email": user.email,
        "role": user.role,
        "units": [unit.code for unit in managing.units_for(user)],
    }
    form = PersonForm(reach(request).units(day_of(None)), request.POST or None, new=False, initial=kept)
    if form.is_valid():
        given = form.cleaned_data
        try:
            units = managing.units_named(given["units"])
            managing.change(user, Role(given["role"]), units, name=given["name"], email=given["email"])
        except InputError as error:
            form.add_error("role", said(error))
        else:
            messages.success(request, _("Đã lưu."))
            return redirect("people")
    context = {"section": "people", "form": form, "person": user, "sessions": sessions.of(user)}
    return render(request, "dashboard/person.html", context)


@manage
@require_POST
@never_cache
def act_on_person(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """One of the few things that may be done to a person."""
    user = person_or_404(number)
    if action == "invite":
        return show_link(request, user)
    if action not in ACTIONS:
        raise Http404(action)
    try:
        ACTIONS[action](user)
    except InputError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("Đã thực hiện."))
    return redirect("person", number)


def end_sessions(user: User) -> None:
    """End every session of a person."""
    sessions.end(user)


ACTIONS = {
    "deactivate": managing.deactivate,
    "reactivate": managing.reactivate,
    "reset-second-factor": managing.reset_second_factor,
    "end-sessions": end_sessions,
}


def show_link(request: HttpRequest, user: User) -> HttpResponse:
    """Make a link by which a person sets their password, and show it once."""
    link = request.build_absolute_uri(reverse("invitation", args=[invitations.invite(user)]))
    context = {"section": "people", "person": user, "link": link, "days": invitations.GOOD_FOR.days}
    return render(request, "dashboard/person_link.html", context)


def person_or_404(number: int) -> User:
    """A person by number."""
    found = managing.person(number) if number < 2**63 else None
    if found is None:
        raise Http404(str(number))
    return found


def said(error: InputError) -> str:
    """An error in the language of the page."""
    return error.en if (get_language() or "").startswith("en") else error.vi
