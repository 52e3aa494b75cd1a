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
from apps.core.said import as_stored

SUBJECT = "core.job"
GIVEN_UP = "job_given_up"


@dataclass(frozen=True)
class Page:
    """The route of each door that shows a kind of work; `key` names the parameter that fills it.

    `role` is whom it concerns where the system started it by itself.
    """

    desk: str = ""
    portal: str = ""
    key: str = ""
    role: str = ""


_pages: dict[str, Page] = {}


def shown_at(kind: str, *, desk: str = "", portal: str = "", key: str = "", role: str = "") -> None:
    """Declare where work of this kind is shown; without `key` the route takes the job's own pk.

    With `role` the city's members of it are told of work that the system started by itself.
    """
    _pages[kind] = Page(desk, portal, key, role)


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
    """Leave a notice for whoever started a job that was given up, or for the role that the work concerns."""
    user = User.objects.filter(pk=job.started_by_id).first() if job.started_by_id else None
    page = _pages.get(job.kind, Page())
    if user is None and not page.role:
        return None
    return Notice.objects.create(
        subject_type=SUBJECT,
        subject_id=job.pk,
        code=GIVEN_UP,
        params={
            "name": as_stored(job.title),
            "kind": job.kind,
            "shown": job.params.get(page.key, job.pk) if page.key else job.pk,
        },
        person_id=user.person_id if user else None,
        role="" if user else page.role,
        district_code=_district_of(user, job) if user else "",
    )


def _district_of(user: User, job: Job) -> str:
    """The district in which the person acts, because a district's session is shown its own rows only."""
    rows = Membership.objects.filter(user=user, state=MembershipState.ACTIVE)
    acting = rows.filter(pk=job.params.get("membership")) if job.params.get("membership") else rows
    codes = acting.exclude(district=None).order_by("id").values_list("district_id", flat=True)
    return codes.first() or ""
