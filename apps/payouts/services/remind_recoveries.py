"""Remind enterprises of what they owe (催缴), on the days that the city's rules name."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.roles import Role
from apps.casework.models import Notice
from apps.casework.notices import leave
from apps.payouts.models import Recovery, RecoveryReminder
from apps.payouts.rules import recovery_rule

CODE = "payouts.recovery.reminder"


def remind_recoveries(on: date) -> int:
    """Send the reminder whose day has come for every open recovery; returns how many went out.

    Each day of the rules reminds once of a deadline. Where several days have passed since the last run, the
    latest one speaks for them. The enterprise and the district's finance are told, in the application and by
    mail. Safe to run again.
    """
    days = recovery_rule("recovery_reminders", on)
    sent = 0
    for recovery in Recovery.objects.still_open().order_by("id").iterator(chunk_size=500):
        come = [day for day in days if recovery.due_on + timedelta(days=day) <= on]
        sent += bool(come) and _remind(recovery, come[-1], on)
    return sent


def _remind(recovery: Recovery, day: int, on: date) -> bool:
    known = RecoveryReminder.objects.filter(recovery=recovery, due_on=recovery.due_on, days__gte=day)
    if known.exists():
        return False
    try:
        with transaction.atomic():
            RecoveryReminder.objects.create(
                recovery=recovery,
                due_on=recovery.due_on,
                days=day,
                open_fen=recovery.open_fen,
                sent_on=on,
            )
            leave([_notice(recovery, on, **to) for to in _addressees(recovery)])
    except IntegrityError:
        # Another scheduler was faster.
        return False
    return True


def _addressees(recovery: Recovery) -> list[dict[str, Any]]:
    return [
        {"role": Role.ENTERPRISE_OPERATOR, "organisation_id": recovery.enterprise_id},
        {"role": Role.FINANCE_OFFICER, "district_code": recovery.district_id},
    ]


def _notice(recovery: Recovery, on: date, **to: Any) -> Notice:
    return Notice(
        subject_type="payouts.recovery",
        subject_id=recovery.pk,
        code=CODE,
        params={
            "name": recovery.number,
            "due": recovery.due_on.isoformat(),
            "open_fen": recovery.open_fen,
            "late": max((on - recovery.due_on).days, 0),
        },
        **to,
    )
