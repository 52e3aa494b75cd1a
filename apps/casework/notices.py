"""Notices: who is told when a case moves. Mail goes out after the commit, by a task."""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.models.message import Notice
from apps.casework.transitions import Transition
from apps.core import clock, rls
from apps.core.said import as_stored

logger = logging.getLogger(__name__)
# A message that nobody took within this time counts as lost.
SWEPT_AFTER = timedelta(seconds=60)

# Addressees by the short names that transition tables use in `notify`.
_DISTRICT_ROLES = {
    "district": Role.DISTRICT_REVIEWER,
    "supervisor": Role.DISTRICT_SUPERVISOR,
    "district_finance": Role.FINANCE_OFFICER,
}
_CITY_ROLES = {"city": Role.CITY_OFFICER, "city_finance": Role.FINANCE_OFFICER}
_ORGANISATION_ROLES = {
    "enterprise": (Role.ENTERPRISE_OPERATOR, "enterprise_id"),
    "institution": (Role.INSTITUTION_OPERATOR, "institution_id"),
    "superior": (Role.SUPERIOR_UNIT, "superior_unit_id"),
}


class _Address(NamedTuple):
    """Whom a notice of a step reaches: a role in its scope, or one person."""

    role: str = ""
    organisation_id: int | None = None
    district_code: str = ""
    person_id: int | None = None


def announce(case: Any, step: Transition, source: str, actor: Actor, reason: str = "") -> list[Notice]:
    """Leave a notice for each addressee of the step and have it mailed once the step is committed."""
    return leave(notices_of(case, step, source, actor, reason))


def notices_of(case: Any, step: Transition, source: str, actor: Actor, reason: str = "") -> list[Notice]:
    """A notice for each addressee of the step, not left yet.

    Addressees: `enterprise`, `institution`, `superior` (of the case), `district`, `supervisor`,
    `district_finance` (of the case's district), `city`, `city_finance`, `person` (the case's own person).
    """
    label, pk = case.subject
    code, params = f"{label}.{step.action}", _params(case, step, source, actor, reason)
    return [
        Notice(
            subject_type=label,
            subject_id=pk,
            code=code,
            params=dict(params),
            role=to.role,
            organisation_id=to.organisation_id,
            district_code=to.district_code,
            person_id=to.person_id,
        )
        for to in _addresses(step, case)
    ]


def announce_many(cases: Iterable[Any], step: Transition, actor: Actor) -> None:
    """`announce` for cases that take the same step at once, each out of the state that it stands in.

    A release of ten thousand claims leaves twice as many notices: as rows of a model they take longer than
    the database takes to keep them.
    """
    rows = []
    for case in cases:
        label, pk = case.subject
        params = json.dumps(_params(case, step, case.state, actor, ""))
        rows += [(label, pk, f"{label}.{step.action}", params, *to) for to in _addresses(step, case)]
    if rows:
        _mail_after_commit(_keep(rows, clock.now()))


def _params(case: Any, step: Transition, source: str, actor: Actor, reason: str) -> dict[str, str]:
    return {
        "name": str(case),
        "from": source,
        "to": step.target,
        "reason": as_stored(reason),
        "by": actor.name,
    }


_KEEP = """
INSERT INTO public.casework_notice
       (at, mail_after, subject_type, subject_id, code, params, role, organisation_id, district_code,
        person_id)
SELECT %s, %s, notice.*
  FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::bigint[], %s::text[],
              %s::bigint[]) AS notice
RETURNING id
"""


def leave(rows: Iterable[Notice], *, by_mail: bool = True) -> list[Notice]:
    """Keep notices and have them mailed once the transaction is committed, unless told not to.

    That mail is owed stands in their rows: the message may be lost, the sweeper sends what was not sent.
    """
    kept = list(rows)
    if not kept:
        return kept
    now = clock.now()
    ids = _keep([_columns(row) for row in kept], now, by_mail=by_mail)
    for row, pk in zip(kept, ids, strict=True):
        row.pk, row.at, row.mail_after = pk, now, now + SWEPT_AFTER if by_mail else None
    if by_mail:
        _mail_after_commit(ids)
    return kept


def _keep(rows: Sequence[tuple[Any, ...]], now: datetime, *, by_mail: bool = True) -> list[int]:
    """Keep rows as `_columns` gives them; returns their keys."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    # A district tells others as well: the enterprise, the city, a person.
    with rls.whole_city(), connection.cursor() as cursor:
        cursor.execute(_KEEP, [now, now + SWEPT_AFTER if by_mail else None, *columns])
        return [pk for (pk,) in cursor.fetchall()]


def _columns(row: Notice) -> tuple[Any, ...]:
    return (
        row.subject_type,
        row.subject_id,
        row.code,
        json.dumps(row.params),
        str(row.role),
        row.organisation_id,
        row.district_code,
        row.person_id,
    )


class _Mail:
    """Called after the commit: has the mail sent of all notices that the transaction left."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    def __call__(self) -> None:
        _mail(self.ids)


def _mail_after_commit(ids: list[int]) -> None:
    # One message for a transaction of many steps. Whoever waits already is dropped only by a rollback that
    # takes these notices along; notices that are rolled back alone are not found by the task, and not missed.
    calls = [waiting[1] for waiting in connection.run_on_commit]
    mail = next((call for call in calls if isinstance(call, _Mail)), None)
    if mail is None:
        transaction.on_commit(_Mail(ids), robust=True)
    else:
        mail.ids.extend(ids)


def _addresses(step: Transition, case: Any) -> Iterator[_Address]:
    for addressee in step.notify:
        if addressee in _DISTRICT_ROLES:
            yield _Address(str(_DISTRICT_ROLES[addressee]), district_code=case.district_id)
        elif addressee in _CITY_ROLES:
            yield _Address(str(_CITY_ROLES[addressee]))
        elif addressee == "person":
            person = getattr(case, "person_id", None)
            if person is not None:
                yield _Address(person_id=person)
        else:
            role, attribute = _ORGANISATION_ROLES[addressee]
            organisation = getattr(case, attribute, None)
            if organisation is not None:
                yield _Address(str(role), organisation)


def _mail(ids: list[int]) -> None:
    from apps.casework.tasks import mail_notices

    try:
        mail_notices.apply_async(args=[ids], retry=False)
    except (OperationalError, RedisError, OSError) as error:  # the rows stand; the sweeper mails them
        logger.warning("mail of %s notices waits for the broker: %s", len(ids), type(error).__name__)
