"""Reminders of what is owed, and its age: on the days that the city's rules name, once each."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import translation

from apps.accounts.roles import Role
from apps.casework import wording
from apps.casework.models import Notice
from apps.casework.services.mail_notices import mail_notices
from apps.payouts.ageing import age_rows, buckets, in_bucket, late_days, totals
from apps.payouts.models import Recovery, RecoveryReminder
from apps.payouts.rules import recovery_rule
from apps.payouts.services import remind_recoveries as service
from apps.payouts.tasks import follow_recoveries
from tests.factories import claims as make
from tests.factories.claims import SPECIAL
from tests.factories.recoveries import owed, received
from tests.payouts.test_instalments import agreed

pytestmark = pytest.mark.django_db


def remind(recovery, days):
    return service.remind_recoveries(recovery.due_on + timedelta(days=days))


def sent(recovery) -> list[int]:
    return list(recovery.reminders.order_by("id").values_list("days", flat=True))


def test_each_day_of_the_rules_reminds_once():
    recovery = owed(make.money(people=1))
    assert recovery_rule("recovery_reminders", recovery.due_on) == (-5, 1, 15, 30, 60)
    for day in (-6, -5, -5, -4, 0, 1, 2, 15, 16, 30, 61, 200):
        remind(recovery, day)
    assert sent(recovery) == [-5, 1, 15, 30, 60]


def test_after_a_pause_the_latest_day_speaks_for_those_that_were_missed():
    recovery = owed(make.money(people=1))
    assert remind(recovery, 40) == 1
    assert sent(recovery) == [30]
    assert remind(recovery, 41) == 0


def test_the_enterprise_and_the_district_s_finance_are_told_in_the_application_and_by_mail():
    of = make.money(people=1)
    recovery = owed(of)
    remind(recovery, 15)
    told = Notice.objects.filter(code=service.CODE)
    assert {row.role for row in told} == {Role.ENTERPRISE_OPERATOR, Role.FINANCE_OFFICER}
    own = told.get(role=Role.ENTERPRISE_OPERATOR)
    assert own.organisation_id == recovery.enterprise_id
    assert own in Notice.objects.visible_to(of.clerk)
    with translation.override("zh-hans"):
        assert "逾期15天" in wording.sentence(own)
    row = wording.with_words([own], "portal")[0]
    assert row["late"]
    assert f"/recoveries/{recovery.pk}/" in row["url"]
    of.shop.operator.user.email = "clerk@example.org"
    of.shop.operator.user.save()
    mail_notices([own.pk])
    assert recovery.number in mail.outbox[0].subject


def test_what_is_repaid_or_written_off_is_not_reminded_of():
    of = make.money(people=1)
    recovery = owed(of)
    received(of, recovery, recovery.amount_fen, "S1")
    assert remind(recovery, 15) == 0


def test_a_new_deadline_is_reminded_of_anew():
    of = make.money(people=1)
    recovery = owed(of)
    remind(recovery, -5)
    agreed(of, recovery)
    recovery.refresh_from_db()
    remind(recovery, -5)
    assert sent(recovery) == [-5, -5]


def test_the_database_keeps_a_reminder_from_going_out_twice():
    recovery = owed(make.money(people=1))
    values = {"recovery": recovery, "due_on": recovery.due_on, "days": 1, "open_fen": 1}
    RecoveryReminder.objects.create(**values, sent_on=recovery.due_on)
    with pytest.raises(DatabaseError, match="reminded_once"), transaction.atomic():
        RecoveryReminder.objects.create(**values, sent_on=recovery.due_on)


def test_the_daily_task_breaks_agreements_and_reminds(monkeypatch):
    of = make.money(people=1)
    recovery = owed(of)
    agreement = agreed(of, recovery)
    monkeypatch.setattr(
        "apps.payouts.tasks.today", lambda: agreement.instalments.first().due_on.replace(year=2024)
    )
    follow_recoveries()
    agreement.refresh_from_db()
    assert agreement.state == "broken"
    assert sent(recovery) == [60]


@pytest.mark.parametrize(
    ("days", "age"),
    [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (900, 4)],
)
def test_an_open_recovery_has_one_age(days, age):
    recovery = owed(make.money(people=1))
    on = recovery.due_on + timedelta(days=days)
    ages = buckets(on)
    rows = Recovery.objects.all()
    assert [place for place, row in enumerate(ages) if in_bucket(rows, row, on).exists()] == [age]
    (row,) = age_rows(rows, on)
    assert (row.district.pk, row.fund.pk) == (recovery.district_id, SPECIAL)
    assert row.by_age == tuple(recovery.amount_fen if place == age else 0 for place in range(5))
    assert rows.annotate(late=late_days(on)).get().late == max(days, 0)


def test_ages_add_up_by_fund_and_leave_out_what_is_repaid():
    of = make.money(people=3, special_fen=10_000_00)
    recovery = owed(of)
    received(of, recovery, 100, "S1")
    on = recovery.due_on + timedelta(days=45)
    rows = age_rows(Recovery.objects.all(), on)
    assert len(rows) == 2
    assert sum(totals(rows, buckets(on))) == recovery.amount_fen - 100
    received(of, recovery, recovery.amount_fen - 100, "S2")
    assert age_rows(Recovery.objects.all(), on) == []


def test_each_agreed_instalment_has_the_age_of_its_own_day():
    of = make.money(people=3, special_fen=10_000_00)
    recovery = owed(of)
    agreement = agreed(of, recovery)
    first, second, *later = agreement.instalments.order_by("position")
    received(of, recovery, first.amount_fen + 100, "S1")
    on = second.due_on + timedelta(days=1)
    ages, rows = buckets(on), Recovery.objects.all()

    aged = age_rows(rows, on)

    assert totals(aged, ages)[0] == sum(row.amount_fen for row in later)
    assert totals(aged, ages)[1] == second.amount_fen - 100
    assert {row.fund.pk: row.total_fen for row in aged} == {
        part.fund_id: part.open_fen for part in recovery.parts.all() if part.open_fen
    }
    assert [place for place, row in enumerate(ages) if in_bucket(rows, row, on).exists()] == [0, 1]
