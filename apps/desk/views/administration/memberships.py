"""The security administrator's rights: decide on proposals, end roles, issue and revoke tokens."""

from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import services
from apps.accounts.access import access
from apps.accounts.models import ApiToken, Membership
from apps.accounts.models.membership import MembershipState
from apps.accounts.roles import Role
from apps.accounts.staffing import emptied_by, empty_seats
from apps.core import clock, keyset
from apps.core.errors import NotFound
from apps.desk.forms.administration import MembershipFilter, ReasonForm, TokenForm
from apps.desk.views.administration.shared import attempt, attempt_action, matches


@require_safe
@access(Role.SECURITY_ADMIN)
def memberships(request: HttpRequest) -> HttpResponse:
    """List roles, those that wait for a decision first."""
    filters = MembershipFilter(request.GET)
    found = Membership.objects.select_related(
        "user__person", "organisation", "district", "proposed_by__person", "approved_by__person"
    ).defer("user__person__id_number", "user__person__mobile")
    if filters.is_valid():
        wanted = filters.cleaned_data
        if wanted["state"]:
            found = found.filter(state=wanted["state"])
        if wanted["role"]:
            found = found.filter(role=wanted["role"])
        if wanted["q"]:
            found = found.filter(matches(wanted["q"], "user__username", "user__person__name"))
    page, pager = keyset.page_of(found, request, order=("-id",))
    waiting = Membership.objects.filter(state=MembershipState.PROPOSED).count()
    return render(
        request,
        "desk/admin/memberships.html",
        {
            "filters": filters,
            "rows": page,
            "pager": pager,
            "waiting": waiting,
            "empty_seats": empty_seats(clock.today()),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(Role.SECURITY_ADMIN)
def membership(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one role with what else the person holds; approve, refuse or end it."""
    found = (
        Membership.objects.select_related(
            "user__person", "organisation", "district", "proposed_by__person", "approved_by__person"
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such role."))
    form = ReasonForm(request.POST or None)
    verb = request.POST.get("verb", "")
    if request.method == "POST" and _decide(request, found, verb, form):
        return redirect("desk:admin_memberships")
    others = (
        Membership.objects.filter(person=found.person_id)
        .exclude(pk=found.pk)
        .select_related("organisation", "district", "user")
        .order_by("-id")
    )
    own = request.actor.person_id in (found.person_id, found.proposer_id)
    return render(
        request,
        "desk/admin/membership.html",
        {
            "membership": found,
            "others": others,
            "form": form,
            "own": own,
            "emptied": emptied_by([found.pk], clock.today()),
        },
        status=422 if request.method == "POST" else 200,
    )


def _decide(request: HttpRequest, found: Membership, verb: str, form: ReasonForm) -> bool:
    if verb == "approve":
        form.fields["reason"].required = False
        form.full_clean()
        done = attempt(form, lambda: services.approve_membership(request.actor, found))
        return done is not None
    if not form.is_valid():
        return False
    reason = form.cleaned_data["reason"]
    if verb == "refuse":
        return attempt(form, lambda: services.refuse_membership(request.actor, found, reason)) is not None
    if verb == "end":
        done = attempt(form, lambda: services.end_membership(request.actor, found, reason, on=clock.today()))
        return done is not None
    form.add_error(None, _("Choose what to do: approve, refuse or end."))
    return False


@require_safe
@access(Role.SECURITY_ADMIN)
def tokens(request: HttpRequest) -> HttpResponse:
    """List API tokens, the newest first."""
    in_force = Membership.objects.in_force(clock.today()).filter(pk=OuterRef("membership_id"))
    found = ApiToken.objects.select_related(
        "membership__user__person", "membership__organisation", "membership__district"
    ).annotate(role_in_force=Exists(in_force))
    page, pager = keyset.page_of(found, request, order=("-id",))
    return render(request, "desk/admin/tokens.html", {"rows": page, "pager": pager, "now": clock.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@access(Role.SECURITY_ADMIN)
@never_cache
def token_new(request: HttpRequest) -> HttpResponse:
    """Issue a token; it is shown once."""
    today = clock.today()
    form = TokenForm(
        request.POST or None,
        on=today,
        initial={"expires_on": today + timedelta(days=180)},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        expires_at = datetime.combine(given["expires_on"], time.max, clock.BEIJING)
        made = attempt(
            form,
            lambda: services.issue_token(
                request.actor,
                membership=given["membership"],
                name=given["name"],
                scopes=given["scopes"],
                expires_at=expires_at,
            ),
        )
        if made is not None:
            token, secret = made
            return render(request, "desk/admin/token_shown.html", {"token": token, "secret": secret})
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/admin/token_new.html", {"form": form}, status=status)


@require_POST
@access(Role.SECURITY_ADMIN)
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token for good."""
    token = ApiToken.objects.select_related("membership").filter(pk=pk).first()
    if token is None:
        raise NotFound(_("There is no such token."))
    attempt_action(
        request,
        lambda: services.revoke_token(request.actor, token, request.POST.get("reason", "")),
        _("The token is revoked: the program's next call is refused."),
    )
    return redirect("desk:admin_tokens")
