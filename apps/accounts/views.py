"""Switch between one's roles, confirm before money moves, and enter the demo city."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import confirmation
from apps.accounts.access import CONFIRMED_AT, access
from apps.accounts.enums import AccessAction
from apps.accounts.middleware import MEMBERSHIP_KEY, actor_of
from apps.accounts.models import Membership
from apps.accounts.services import log_access, log_for_user
from apps.core import clock
from apps.core.errors import NotFound

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_POST
@access.signed_in
def switch(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own roles from now on."""
    chosen = next(
        (m for m in request.memberships if str(m.pk) == request.POST.get("membership", "")),
        None,
    )
    if chosen is None:
        raise NotFound(_("This is not one of your roles."))
    # A confirmation was given in the role that one leaves.
    request.session.pop(CONFIRMED_AT, None)
    request.session[MEMBERSHIP_KEY] = chosen.pk
    log_access(actor_of(chosen), AccessAction.ROLE_SWITCHED, chosen, request=request)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
@access.public
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a role of the demo city with one click; there is no such page anywhere else."""
    if not settings.DEMO_CITY:
        raise Http404
    wanted = request.POST.get("membership", "")
    membership = (
        Membership.objects.in_force(clock.today())
        .exclude(demo_label="")
        .select_related("user__person")
        .filter(pk=int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0)
        .first()
    )
    if membership is None:
        raise NotFound(_("The demo city has no such role. Choose one from the list."))
    login(request, membership.user, backend=BACKEND)
    request.session[MEMBERSHIP_KEY] = membership.pk
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
@never_cache
@sensitive_post_parameters("password", "code")
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password, and the code where there is one, then go on with what was pressed."""
    form = confirmation.ConfirmationForm(request, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        if request.method == "POST":
            log_for_user(request.user, AccessAction.CONFIRMATION_FAILED, request=request)  # type: ignore[arg-type]
        status = 422 if request.method == "POST" else 200
        pending = request.session.get(confirmation.PENDING) or {}
        minutes = settings.MONEY_CONFIRMATION_SECONDS // 60
        return render(
            request,
            "accounts/confirm.html",
            {"form": form, "back": pending.get("back", "/"), "minutes": minutes},
            status=status,
        )
    confirmation.stand(request)
    pending = confirmation.take_pending(request)
    if pending is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if pending["values"] is None:
        messages.success(request, _("Confirmed. Please press the button once more."))
        return redirect(pending["back"])
    return render(request, "accounts/confirmed.html", {"pending": pending})
