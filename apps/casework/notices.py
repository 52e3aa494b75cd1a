"""Notices: who is told when a case moves. Mail goes out after the commit, by a task."""

import json
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.models.message import Notice
from apps.casework.transitions import Transition
from apps.core import clock, rls

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


def announce(case: Any, step: Transition, source: str, actor: Actor, reason: str = "") -> list[Notice]:
    """Leave a notice for each addressee of the step and have it mailed once the step is committed."""
    return leave(notices_of(case, step, source, actor, reason))


def notices_of(case: Any, step: Transition, source: str, actor: Actor, reason: str = "") -> list[Notice]:
    """A notice for each addressee of the step, not left yet.

    Addressees: `enterprise`, `institution`, `superior` (of the case), `district`, `supervisor`,
    `district_finance` (of the case's district), `city`, `city_finance`, `person` (the case's own person).
    """
    label, pk = case.subject
    rows = []
    for addressee in step.notify:
        row = Notice(
            subject_type=label,
            subject_id=pk,
            code=f"{label}.{step.action}",
            params={"name": str(case), "from": source, "to": step.target, "reason": reason, "by": actor.name},
        )
        if _address(row, addressee, case):
            rows.append(row)
    return rows


# A release of ten thousand claims leaves twice as many notices: they go by their columns.
_KEEP = """
INSERT INTO public.casework_notice
       (at, mail_after, subject_type, subject_id, code, params, role, organisation_id, district_code,
        person_id)
SELECT %s, %s, notice.*
  FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::bigint[], %s::text[],
              %s::bigint[]) AS notice
RETURNING id
"""


def leave(rows: Iterable[Notice]) -> list[Notice]:
    """Keep notices and have them mailed once the transaction is committed.

    That mail is owed stands in their rows: the message may be lost, the sweeper sends what was not sent.
    """
    kept = list(rows)
    if not kept:
        return kept
    now = clock.now()
    columns = zip(*map(_columns, kept), strict=True)
    # A district tells others as well: the enterprise, the city, a person.
    with rls.whole_city(), connection.cursor() as cursor:
        cursor.execute(_KEEP, [now, now + SWEPT_AFTER, *map(list, columns)])
        ids = [pk for (pk,) in cursor.fetchall()]
    for row, pk in zip(kept, ids, strict=True):
        row.pk, row.at, row.mail_after = pk, now, now + SWEPT_AFTER
    _mail_after_commit(ids)
    return kept


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


def _address(row: Notice, addressee: str, case: Any) -> bool:
    if addressee in _DISTRICT_ROLES:
        row.role, row.district_code = _DISTRICT_ROLES[addressee], case.district_id
    elif addressee in _CITY_ROLES:
        row.role = _CITY_ROLES[addressee]
    elif addressee == "person":
        row.person_id = getattr(case, "person_id", None)
        return row.person_id is not None
    else:
        role, attribute = _ORGANISATION_ROLES[addressee]
        row.role, row.organisation_id = role, getattr(case, attribute, None)
        return row.organisation_id is not None
    return True


def _mail(ids: list[int]) -> None:
    from apps.casework.tasks import mail_notices

    try:
        mail_notices.apply_async(args=[ids], retry=False)
    except (OperationalError, RedisError, OSError) as error:  # the rows stand; the sweeper mails them
        logger.warning("mail of %s notices waits for the broker: %s", len(ids), type(error).__name__)
