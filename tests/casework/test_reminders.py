"""Whoever lets deadlines pass is told once a day, in one notice and one mail for all files."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from apps.accounts.roles import Role
from apps.casework import notices, wording
from apps.casework.models import Notice
from apps.casework.services import mail_notices as mailing
from apps.casework.services import remind_overdue as reminding
from apps.casework.services.remind_overdue import remind_overdue
from apps.plans.enums import PlanState
from tests.factories import accounts
from tests.factories.plans import ON, PlanCase, complete_plan

DAY = timedelta(days=1)


def waiting(**of) -> PlanCase:
    """A plan that waits for a reviewer of its district, unless told otherwise until the 15th of March."""
    return complete_plan(state=PlanState.DISTRICT_REVIEW, **of)


@pytest.fixture
def late() -> date:
    """The first day on which what was handed in on ON is overdue."""
    return date(2023, 3, 16)


@pytest.fixture
def reviewer():
    """A reviewer with an address."""
    member = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    member.user.email = "reviewer@example.org"
    member.user.save()
    return member


def told(member) -> list[Notice]:
    own = accounts.actor_of(member)
    return list(Notice.objects.visible_to(own).filter(code="overdue_files").order_by("id"))


def test_many_overdue_files_make_one_notice_and_one_mail_for_a_person(
    reviewer, late, django_capture_on_commit_callbacks
):
    plans = [waiting().plan, waiting().plan]
    with django_capture_on_commit_callbacks(execute=True):
        remind_overdue(late)
    (notice,) = told(reviewer)
    mailing.mail_notices([notice.pk])
    assert [message.to for message in mail.outbox] == [["reviewer@example.org"]]
    sentence = wording.sentence(notice)
    assert "2 份" in sentence
    assert "2023-03-15" in sentence
    for plan in plans:
        assert plan.number in sentence
    with translation.override("en"):
        assert "2 files that wait for you are overdue" in wording.sentence(notice)


def test_nobody_is_told_before_the_deadline_is_over(reviewer, late):
    waiting()
    assert remind_overdue(late - DAY) == 0
    assert told(reviewer) == []


def test_who_was_told_today_is_not_told_again_and_tomorrow_is_another_day(reviewer, late):
    waiting()
    assert remind_overdue(late) > 0
    assert remind_overdue(late) == 0
    assert len(told(reviewer)) == 1
    assert remind_overdue(late + DAY) > 0
    assert [row.params["day"] for row in told(reviewer)] == ["2023-03-16", "2023-03-17"]


def test_a_run_that_broke_off_is_continued_without_telling_anybody_twice(reviewer, late, monkeypatch):
    waiting()
    real, calls = notices.leave, []

    def broken(rows, **options):
        calls.append(rows)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return real(rows, **options)

    with monkeypatch.context() as patch:
        patch.setattr(reminding, "leave", broken)
        with pytest.raises(KeyboardInterrupt):
            remind_overdue(late)
    first = Notice.objects.filter(code="overdue_files").count()
    assert first == 1
    assert remind_overdue(late) > 0
    rows = Notice.objects.filter(code="overdue_files")
    assert rows.count() == rows.values("subject_id").distinct().count() == 2


def test_the_database_keeps_a_person_from_being_reminded_twice_a_day(reviewer, late):
    waiting()
    remind_overdue(late)
    (notice,) = told(reviewer)
    notice.pk = None
    with pytest.raises(DatabaseError, match="notice_reminds_once_a_day"), transaction.atomic():
        notice.save(force_insert=True)


def test_what_became_overdue_since_the_last_reminder_is_named(reviewer, late):
    waiting()
    remind_overdue(late)
    second = waiting(on=date(2023, 3, 3))
    assert second.plan.deadline_on == date(2023, 3, 17)
    remind_overdue(second.plan.deadline_on + DAY)
    sentence = wording.sentence(told(reviewer)[-1])
    new = told(reviewer)[-1].params["new"]
    assert [row["name"] for row in new] == [str(second.plan)]
    assert second.plan.number in sentence


def test_each_reads_the_own_reminder_and_each_is_mailed_the_own(reviewer, late):
    waiting()
    colleague = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    colleague.user.email = "colleague@example.org"
    colleague.user.save()
    remind_overdue(late)
    assert len(told(colleague)) == len(told(reviewer)) == 1
    mailing.mail_notices([row.pk for row in (*told(colleague), *told(reviewer))])
    assert sorted(message.to[0] for message in mail.outbox) == [
        "colleague@example.org",
        "reviewer@example.org",
    ]


def test_a_person_with_two_roles_has_a_notice_in_each_and_one_mail(reviewer, late):
    waiting()
    waiting(district="110108")
    second = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110108"), user=reviewer.user)
    remind_overdue(late)
    (here,), (there,) = told(reviewer), told(second)
    assert (here.mail_after is None, there.mail_after is None) == (False, True)
    assert "其他岗位另有 1 份" in wording.sentence(here)
    assert here.params["elsewhere"] == 1


def test_nobody_else_is_told_of_a_districts_files(reviewer, late):
    elsewhere = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110108"))
    supervisor = accounts.member(Role.DISTRICT_SUPERVISOR, district=accounts.district("110105"))
    gone = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110105"), valid_to=late - DAY)
    case = waiting()
    remind_overdue(late)
    assert told(reviewer)
    for member in (elsewhere, supervisor, gone, case.clerk_member):
        assert told(member) == []


def test_an_enterprise_is_told_of_what_it_has_to_correct_and_the_superior_of_what_it_has_to_decide(late):
    asked = complete_plan(state=PlanState.CONSENT, superior=True)
    returned = complete_plan(state=PlanState.RETURNED)
    remind_overdue(date(2023, 6, 1))
    assert told(asked.superior_member)
    assert told(returned.clerk_member)
    assert told(asked.clerk_member) == []


def test_the_reminder_leads_to_the_queue_of_what_is_overdue(reviewer, late, monkeypatch):
    monkeypatch.setattr("apps.desk.views.queue.today", lambda: late)
    overdue, later = waiting(), waiting(on=date(2023, 3, 3))
    remind_overdue(late)
    client = accounts.client_of(reviewer)
    listed = client.get(reverse("desk:notice_list")).content.decode()
    address = f"{reverse('desk:queue')}?overdue=yes"
    assert address in listed
    page = client.get(address).content.decode()
    assert overdue.plan.number in page
    assert later.plan.number not in page
    assert "?overdue=yes" in page


def test_an_enterprise_is_led_to_what_is_overdue_of_its_list(late, monkeypatch):
    case = complete_plan(state=PlanState.RETURNED)
    monkeypatch.setattr("apps.portal.views.home.today", lambda: date(2023, 6, 1))
    remind_overdue(date(2023, 6, 1))
    client = accounts.client_of(case.clerk_member)
    address = f"{reverse('portal:home')}?overdue=yes"
    assert address in client.get(reverse("portal:notice_list")).content.decode()
    narrowed = client.get(address)
    assert [task.days < 0 for task in narrowed.context["todo"].tasks] == [True]
    monkeypatch.setattr("apps.portal.views.home.today", lambda: ON)
    assert client.get(address).context["todo"].tasks == []
