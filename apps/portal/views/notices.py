"""Notices: what happened to one's files, the newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import access
from apps.accounts.roles import APPLICANTS
from apps.apprentices.models import Enrolment
from apps.casework.models import Notice
from apps.casework.wording import with_words
from apps.core import clock, keyset


@access(*APPLICANTS)
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """The notices of this role and scope."""
    page, pager = keyset.page_of(Notice.objects.visible_to(request.actor), request, order=("-id",))
    rows = with_words(page, "portal")
    if request.actor.is_apprentice:
        # The page of a record is the enterprise's; the apprentice has another one of it.
        for notice, row in zip(page, rows, strict=True):
            own = notice.subject_type == Enrolment._meta.label_lower
            row["url"] = reverse("portal:me_enrolment", args=[notice.subject_id]) if own else ""
    context = {"notices": rows, "pager": pager, "door": "portal"}
    return render(request, "includes/notice_page.html", context)


@access(*APPLICANTS)
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    Notice.objects.visible_to(request.actor).filter(read_at=None).update(read_at=clock.now())
    return redirect("portal:notice_list")
