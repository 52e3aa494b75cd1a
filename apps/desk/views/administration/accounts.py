"""The system administrator's accounts: open, disable, enable, unlock, new password, propose a role."""

from collections.abc import Callable
from functools import partial

from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import services
from apps.accounts.access import access
from apps.accounts.models import Membership, User
from apps.accounts.roles import Role
from apps.accounts.staffing import emptied_by, empty_seats
from apps.core import clock, keyset
from apps.core.errors import NotFound
from apps.desk.forms.administration import AccountFilter, AccountForm, MembershipForm, ReasonForm
from apps.desk.views.administration.shared import attempt, attempt_action, matches, suggestions


@require_safe
@access(Role.SYSTEM_ADMIN)
def accounts(request: HttpRequest) -> HttpResponse:
    """List accounts by user name, with their roles and whether they are enabled."""
    filters = AccountFilter(request.GET)
    found = User.objects.select_related("person")
    if filters.is_valid():
        wanted = filters.cleaned_data
        if wanted["q"]:
            found = found.filter(matches(wanted["q"], "username", "person__name", "person__name_pinyin"))
        if wanted["role"]:
            in_role = Membership.objects.in_force(clock.today()).filter(role=wanted["role"])
            found = found.filter(pk__in=in_role.values("user"))
        if wanted["state"]:
            found = found.filter(is_active=wanted["state"] == "enabled")
    page, pager = keyset.page_of(
        found.defer("person__id_number", "person__mobile"), request, order=("username",)
    )
    roles: dict[int, list[Membership]] = {}
    in_force = Membership.objects.in_force(clock.today()).filter(user__in=page)
    for membership in in_force.select_related("organisation", "district").order_by("id"):
        roles.setdefault(membership.user_id, []).append(membership)
    rows = [(user, roles.get(user.pk, [])) for user in page]
    context = {"filters": filters, "rows": rows, "pager": pager, "empty_seats": empty_seats(clock.today())}
    return render(request, "desk/admin/accounts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Role.SYSTEM_ADMIN)
@never_cache
@sensitive_post_parameters("id_number", "mobile")
def account_new(request: HttpRequest) -> HttpResponse:
    """Open an account for a person; the first password is shown once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _open(request, form))
        if made is not None:
            user, password = made
            return render(
                request,
                "desk/admin/password_shown.html",
                {"account": user, "password": password, "new": True},
            )
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/admin/account_new.html", {"form": form}, status=status)


def _open(request: HttpRequest, form: AccountForm) -> tuple[User, str]:
    given = form.cleaned_data
    person = services.register_person(
        request.actor,
        name=given["name"],
        id_number=given["id_number"].number,
        mobile=given["mobile"] or "",
        on=clock.today(),
    )
    return services.create_user(
        request.actor, username=given["username"], person=person, email=given["email"]
    )


@require_safe
@access(Role.SYSTEM_ADMIN)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account: the person (masked), roles of all times, the lock, and what can be done."""
    return _account_page(request, _account(pk), ReasonForm())


def _account_page(request: HttpRequest, user: User, reasons: ReasonForm, status: int = 200) -> HttpResponse:
    memberships = (
        Membership.objects.filter(user=user)
        .select_related("organisation", "district", "proposed_by__person", "approved_by__person")
        .order_by("-id")
    )
    failures = AccessAttempt.objects.filter(username=user.username)
    locked = any(attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT for attempt in failures)
    return render(
        request,
        "desk/admin/account.html",
        {
            "account": user,
            "memberships": memberships,
            "locked": locked,
            "reasons": reasons,
            "own": user.pk == request.actor.user_id,
            "emptied": emptied_by([row.pk for row in memberships], clock.today()) if user.is_active else [],
        },
        status=status,
    )


@require_POST
@access(Role.SYSTEM_ADMIN)
@never_cache
def account_change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Disable, enable or unlock an account, or give it a new first password."""
    user = _account(pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _account_page(request, user, form, status=422)
    reason = form.cleaned_data["reason"]
    if verb == "password":
        password = attempt(form, lambda: services.reset_password(request.actor, user, reason))
        if password is None:
            return _account_page(request, user, form, status=422)
        return render(
            request, "desk/admin/password_shown.html", {"account": user, "password": password, "new": False}
        )
    steps: dict[str, tuple[Callable[..., None], str]] = {
        "disable": (
            partial(services.disable_user, on=clock.today()),
            _("The account is disabled; its sessions have ended."),
        ),
        "enable": (services.enable_user, _("The account is enabled again.")),
        "unlock": (services.unlock_user, _("The failed sign-ins are forgotten: the account may try again.")),
    }
    change, done = steps[verb]
    attempt_action(request, lambda: change(request.actor, user, reason), done)
    return redirect("desk:admin_account", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Role.SYSTEM_ADMIN)
def membership_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a role for an account; the security administrator decides."""
    user = _account(pk)
    form = MembershipForm(request.POST or None, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: services.propose_membership(
                request.actor,
                user=user,
                role=Role(given["role"]),
                organisation=given["organisation"],
                district=given["district"],
                valid_from=given["valid_from"],
                valid_to=given["valid_to"],
                reason=given["reason"],
            ),
        )
        if made is not None:
            return redirect("desk:admin_account", pk=pk)
    return render(
        request,
        "desk/admin/membership_new.html",
        {"form": form, "account": user, "organisations": suggestions()},
        status=422 if request.method == "POST" else 200,
    )


def _account(pk: int) -> User:
    found = User.objects.select_related("person").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such account."))
    return found
