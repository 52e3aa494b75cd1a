"""Whoever started background work that was given up is told, with the page where it can be seen.

dead_jobs.shown_at("apprentices.read_roster", portal="portal:roster_detail", key="roster_file")
"""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from apps.accounts.models import Membership, User
from apps.accounts.models.membership import MembershipState
from apps.casework.models import Notice
from apps.core.models import Job

SUBJECT = "core.job"
GIVEN_UP = "job_given_up"


@dataclass(frozen=True)
class Page:
    """The route of each door that shows a kind of work; `key` names the parameter that fills it."""

    desk: str = ""
    portal: str = ""
    key: str = ""


_pages: dict[str, Page] = {}


def shown_at(kind: str, *, desk: str = "", portal: str = "", key: str = "") -> None:
    """Declare where work of this kind is shown; without `key` the route takes the job's own pk."""
    _pages[kind] = Page(desk, portal, key)


def address(notice: Notice, door: str) -> str:
    """The page of the job that a notice tells of, in this door; empty where there is none."""
    page = _pages.get(notice.params.get("kind", ""), Page())
    name = page.desk if door == "desk" else page.portal
    value: Any = notice.params.get("shown", notice.subject_id)
    try:
        return reverse(name, args=[value]) if name else ""
    except NoReverseMatch:
        return ""


def tell(job: Job) -> Notice | None:
    """Leave a notice for whoever started a job that was given up; None for the system's own work."""
    user = User.objects.filter(pk=job.started_by_id).first() if job.started_by_id else None
    if user is None:
        return None
    page = _pages.get(job.kind, Page())
    return Notice.objects.create(
        subject_type=SUBJECT,
        subject_id=job.pk,
        code=GIVEN_UP,
        params={
            "name": job.title,
            "kind": job.kind,
            "shown": job.params.get(page.key, job.pk) if page.key else job.pk,
        },
        person_id=user.person_id,
        district_code=_district_of(user, job),
    )


def _district_of(user: User, job: Job) -> str:
    """The district in which the person acts, because a district's session is shown its own rows only."""
    rows = Membership.objects.filter(user=user, state=MembershipState.ACTIVE)
    acting = rows.filter(pk=job.params.get("membership")) if job.params.get("membership") else rows
    codes = acting.exclude(district=None).order_by("id").values_list("district_id", flat=True)
    return codes.first() or ""
