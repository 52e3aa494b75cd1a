"""Notices: what happened to one's files, the newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import access
from apps.accounts.roles import OFFICIALS, READERS
from apps.casework.models import Notice
from apps.casework.wording import with_words
from apps.core import clock, keyset


@access(*OFFICIALS, *READERS)
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """The notices of this role and scope."""
    page, pager = keyset.page_of(Notice.objects.visible_to(request.actor), request, order=("-id",))
    context = {"notices": with_words(page, "desk"), "pager": pager, "door": "desk"}
    return render(request, "includes/notice_page.html", context)


@access(*OFFICIALS, *READERS)
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    Notice.objects.visible_to(request.actor).filter(read_at=None).update(read_at=clock.now())
    return redirect("desk:notice_list")
