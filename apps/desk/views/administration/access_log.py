"""The audit administrator's access log: who looked at what, failed to sign in, changed whose rights."""

from datetime import datetime, time, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.accounts.enums import AccessAction
from apps.accounts.models import AccessLog, User
from apps.accounts.roles import Role
from apps.core import clock, keyset
from apps.desk.forms.administration import AccessLogFilter
from apps.desk.naming import table_name
from apps.desk.views.administration.shared import matches

_FAILURES = (AccessAction.SIGN_IN_FAILED, AccessAction.LOCKED_OUT, AccessAction.CONFIRMATION_FAILED)


# What is no table of its own.
_NAMES = {
    "route": gettext_lazy("Page"),
    "ledger.journal": gettext_lazy("Journal"),
    "ledger.trialbalance": gettext_lazy("Trial balance"),
    "ledger.books": gettext_lazy("Books"),
    "reconciliation.suspense": gettext_lazy("Suspense"),
    "claims.objection.objector": gettext_lazy("Objector"),
}


def subject_name(kind: str) -> str:
    """What an entry is about, in the reader's language; the bare word where nobody knows it."""
    return str(_NAMES[kind]) if kind in _NAMES else table_name(kind)


@require_safe
@access(Role.AUDIT_ADMIN)
def access_log(request: HttpRequest) -> HttpResponse:
    """List the access log, the newest first, with the accounts that are locked at present."""
    filters = AccessLogFilter(request.GET)
    found = AccessLog.objects.visible_to(request.actor)
    if filters.is_valid():
        wanted = filters.cleaned_data
        if wanted["action"] == "failures":
            found = found.filter(action__in=_FAILURES)
        elif wanted["action"]:
            found = found.filter(action=wanted["action"])
        if wanted["role"]:
            found = found.filter(role=wanted["role"])
        if wanted["who"]:
            accounts = User.objects.filter(matches(wanted["who"], "username", "person__name"))
            found = found.filter(user_id__in=accounts.values("pk"))
        if wanted["since"]:
            found = found.filter(at__gte=datetime.combine(wanted["since"], time.min, clock.BEIJING))
        if wanted["until"]:
            after = wanted["until"] + timedelta(days=1)
            found = found.filter(at__lt=datetime.combine(after, time.min, clock.BEIJING))
    page, pager = keyset.page_of(found, request, order=("-id",), size=50)
    ids = {row.user_id for row in page if row.user_id}
    people = {user.pk: user for user in User.objects.filter(pk__in=ids).select_related("person")}
    rows = [(row, people.get(row.user_id or 0), subject_name(row.subject_type)) for row in page]
    locked = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gte=clock.now() - timedelta(hours=settings.AXES_COOLOFF_TIME),
    ).order_by("-attempt_time")
    return render(
        request,
        "desk/admin/access_log.html",
        {"filters": filters, "rows": rows, "pager": pager, "locked": locked[:20]},
    )
