"""What must happen later is a row in the same transaction; a sweeper delivers, whatever the broker lost."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from apps.accounts.roles import Role
from apps.banking.tasks import TAKE_RESULT, hand_in_result
from apps.casework import dead_jobs, notices
from apps.casework.models import Notice
from apps.casework.services import mail_notices as mailing
from apps.core import clock, jobs
from apps.core.models import Job
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_many import RELEASE, enqueue_release
from apps.payouts.services.undo_receipt import CODE
from apps.reconciliation.services.reconcile import RUN, enqueue_run
from apps.reconciliation.tasks import reconcile_nightly
from tests.factories import accounts, banking, claims
from tests.ground import stands

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


@pytest.fixture
@stands
def addressee():
    """An officer with an address."""
    member = accounts.member(Role.CITY_OFFICER)
    member.user.email = "city@example.org"
    member.user.save()
    return member


def told():
    """A notice for the city, committed, whose message the broker has."""
    return notices.leave(
        [Notice(subject_type="plans.plan", subject_id=1, code="plans.plan.submit", role=Role.CITY_OFFICER)]
    )[0]


def flush_broker():
    """Everything that lies in the broker is lost."""
    prefix = django_settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    cache.forget(f"{prefix}*")


def some_minutes_later(monkeypatch):
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + LATER)


def swept(monkeypatch):
    """What the sweeper sends now, carried out at once."""
    sent = []
    monkeypatch.setattr(jobs, "_send", sent.append)
    some_minutes_later(monkeypatch)
    jobs.resume_stale()
    for pk in sent:
        jobs.run(pk)
    return sent


@pytest.mark.parametrize(
    ("district", "reads"), [("", "city@example.org"), ("110105", "district@example.org")]
)
def test_a_mail_goes_to_those_who_are_shown_the_notice(district, reads):
    for address, of in (("city@example.org", None), ("district@example.org", accounts.district("110105"))):
        member = accounts.member(Role.FINANCE_OFFICER, district=of)
        member.user.email = address
        member.user.save()
    notice = Notice(subject_type="plans.plan", subject_id=1, code="plans.plan.submit")
    notice.role, notice.district_code = Role.FINANCE_OFFICER, district
    mailing.mail_notices([notices.leave([notice])[0].pk])
    assert [message.to for message in mail.outbox] == [[reads]]


def test_a_mail_whose_message_is_lost_is_sent_by_the_sweeper_and_once(
    addressee, monkeypatch, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        notice = told()
    flush_broker()
    assert mailing.sweep_mail() == 0
    some_minutes_later(monkeypatch)
    assert mailing.sweep_mail() == 1
    assert mailing.sweep_mail() == 0
    assert mailing.mail_notices([notice.pk]) == 0
    assert [message.to for message in mail.outbox] == [["city@example.org"]]


def test_one_message_asks_for_the_mail_of_all_that_a_transaction_left(
    addressee, monkeypatch, django_capture_on_commit_callbacks
):
    from apps.casework import tasks

    messages = []
    monkeypatch.setattr(tasks.mail_notices, "apply_async", lambda **given: messages.append(given["args"][0]))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        first = told()
        with transaction.atomic():
            taken_back = told()
            transaction.set_rollback(True)
        with transaction.atomic():
            last = told()
    assert messages == [[first.pk, taken_back.pk, last.pk]]
    assert mailing.mail_notices(messages[0]) == 2


@pytest.mark.django_db(transaction=True)
def test_a_notice_outside_a_transaction_is_mailed_at_once(addressee, monkeypatch):
    from apps.casework import tasks

    messages = []
    monkeypatch.setattr(tasks.mail_notices, "apply_async", lambda **given: messages.append(given["args"][0]))
    notice = told()
    assert messages == [[notice.pk]]


def test_notices_outlive_the_message_of_a_step_that_was_taken_back(
    addressee, monkeypatch, django_capture_on_commit_callbacks
):
    from apps.casework import tasks

    messages = []
    monkeypatch.setattr(tasks.mail_notices, "apply_async", lambda **given: messages.append(given["args"][0]))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        with transaction.atomic():
            told()
            transaction.set_rollback(True)
        kept = told()
    assert messages == [[kept.pk]]


def test_a_rolled_back_step_owes_no_mail(addressee):
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_a_broker_that_is_away_does_not_break_the_step(
    addressee, monkeypatch, django_capture_on_commit_callbacks
):
    from apps.casework import tasks

    def away(**_given):
        raise ConnectionError

    monkeypatch.setattr(tasks.mail_notices, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        notice = told()
    some_minutes_later(monkeypatch)
    assert mailing.sweep_mail() == 1
    notice.refresh_from_db()
    assert notice.mailed_at is not None


def test_a_reason_of_several_lines_still_makes_a_subject_of_one(addressee):
    figures = {"name": "ZH1", "day": "2026-11-13", "amount_fen": 100, "open_fen": 200}
    about = {"subject_type": "payouts.recovery", "subject_id": 1, "role": Role.CITY_OFFICER}
    notice = notices.leave([Notice(code=CODE, params={**figures, "reason": "账户错误\n另行登记"}, **about)])[
        0
    ]
    assert mailing.mail_notices([notice.pk]) == 1
    assert mail.outbox[0].subject.count("\n") == 0
    assert "账户错误\n另行登记" in mail.outbox[0].body


def test_mail_that_the_server_refuses_is_tried_again_and_given_up_with_an_alarm(
    addressee, monkeypatch, caplog, client
):
    def refused(*_given, **_more):
        raise OSError

    monkeypatch.setattr(mailing, "send_mail", refused)
    notice = told()
    assert mailing.mail_notices([notice.pk]) == 0
    notice.refresh_from_db()
    assert (notice.mailed_at, notice.mail_attempts, notice.mail_error) == (None, 1, "OSError")
    for _attempt in range(mailing.ATTEMPTS_MAX - 1):
        mailing.mail_notices([notice.pk])
    notice.refresh_from_db()
    assert notice.mail_after is None
    assert "given up" in caplog.text
    admin = accounts.client_for(Role.SYSTEM_ADMIN)
    assert admin.get(reverse("desk:admin_jobs")).context["mail_given_up"] == 1


def test_mail_that_left_before_its_mark_was_kept_is_sent_again_rather_than_lost(addressee, monkeypatch):
    def die(*_given, **_more):
        raise KeyboardInterrupt

    notice = told()
    with monkeypatch.context() as patch:
        patch.setattr(Notice, "save", die)
        with pytest.raises(KeyboardInterrupt):
            mailing.mail_notices([notice.pk])
    assert mailing.mail_notices([notice.pk]) == 1


@pytest.mark.parametrize("lost", ["release", "result", "run", "nightly"])
def test_work_whose_message_is_lost_is_carried_out_all_the_same(
    lost, monkeypatch, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        kind = _asked_for(lost, monkeypatch)
    flush_broker()
    assert Job.objects.get(kind=kind).state == "queued"
    assert swept(monkeypatch) == [Job.objects.get(kind=kind).pk]
    assert Job.objects.get(kind=kind).state == "done"
    if lost == "release":
        assert PaymentOrder.objects.count() == 1
    if lost == "result":
        assert PaymentOrder.objects.filter(state="paid").count() == 2


def _asked_for(lost, monkeypatch):
    if lost == "release":
        of = claims.money(people=1)
        signed = claims.signed(of)
        monkeypatch.setattr("apps.payouts.tasks.today", lambda: claims.ON)
        enqueue_release(of.finance, [signed.pk])
        return RELEASE
    if lost == "result":
        of = banking.treasury(payments=2)
        batch = banking.sent(of)
        later = claims.ON + timedelta(days=3)
        monkeypatch.setattr("apps.banking.tasks.today", lambda: later)
        hand_in_result(of.maker, batch, of.bank.result(batch.number), name="r.csv")
        return TAKE_RESULT
    if lost == "run":
        enqueue_run(accounts.actor(Role.FINANCE_OFFICER))
    else:
        reconcile_nightly()
    return RUN


def test_work_that_was_given_up_is_told_where_it_can_be_seen():
    of = banking.treasury()
    batch = banking.sent(of)
    job = Job.objects.create(
        kind=TAKE_RESULT,
        params={"batch": batch.pk, "file": 1, "membership": of.maker.membership_id},
        started_by_id=of.maker.user_id,
        send_after=clock.now(),
    )
    notice = dead_jobs.tell(job)
    assert dead_jobs.address(notice, "desk") == reverse("desk:batch_detail", args=[batch.pk])


def test_a_nightly_reconciliation_that_was_given_up_is_told_to_the_citys_finance():
    job = Job.objects.create(kind=RUN, params={}, send_after=clock.now())
    notice = dead_jobs.tell(job)
    assert notice in Notice.objects.visible_to(accounts.actor(Role.FINANCE_OFFICER))
    assert dead_jobs.address(notice, "desk") == reverse("desk:reconciliation_run", args=[job.pk])
