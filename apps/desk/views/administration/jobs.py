"""The background work of the system, for its administrator: what runs, what was given up, and again."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.casework.services.mail_notices import mail_given_up
from apps.core import jobs, keyset
from apps.core.models import Job, JobState
from apps.desk.views.administration.shared import attempt_action

RETRIED = "job_retried"


@require_safe
@access(Role.SYSTEM_ADMIN)
@never_cache
def job_list(request: HttpRequest) -> HttpResponse:
    """Background work, the newest first; by state."""
    state = request.GET.get("state", "")
    found = Job.objects.all()
    if state in JobState.values:
        found = found.filter(state=state)
    rows, pager = keyset.page_of(found, request, order=["-id"], size=50)
    users = User.objects.select_related("person").in_bulk({row.started_by_id for row in rows} - {None})
    context: dict[str, Any] = {
        "rows": [
            {"job": row, "progress": jobs.progress(row), "user": users.get(row.started_by_id)} for row in rows
        ],
        "pager": pager,
        "state": state,
        "states": JobState.choices,
        "given_up": Job.objects.filter(state=JobState.DEAD).count(),
        "mail_given_up": mail_given_up(),
    }
    return render(request, "desk/admin/jobs.html", context)


@require_POST
@access(Role.SYSTEM_ADMIN)
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a job anew that was given up; the access log keeps who did."""

    def again() -> None:
        with transaction.atomic():
            log_access(request.actor, RETRIED, jobs.retry(pk), request=request)

    attempt_action(request, again, _("The work was started again. Reload this page to see how far it is."))
    return redirect("desk:admin_jobs")
