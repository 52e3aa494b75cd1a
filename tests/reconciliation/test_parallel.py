"""Many at once, each on a connection of its own, all committing: one run, one posting, one month."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from apps.accounts.roles import Role
from apps.core import jobs
from apps.core.db import as_owner
from apps.core.errors import Conflict
from apps.core.invariants import audit
from apps.core.models import Job
from apps.ledger import services
from apps.ledger.models import AccountingPeriod, Transaction
from apps.reconciliation import detecting
from apps.reconciliation.models import Break, BreakEvent, Correction, Run
from apps.reconciliation.services import reconcile as running
from apps.reconciliation.services.correct import sign_correction
from apps.reconciliation.services.reconcile import RUN, enqueue_run
from tests.factories import accounts, banking, ledger
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ledger.test_concurrency import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def unexplained():
    of = make.opened(banking.treasury())
    make.paid(of)
    of.bank.receive(of.account.account_number, 123_45, ON, payer="某公司", reference="往来款")
    make.stated(of)
    return of


def test_twenty_who_ask_at_once_get_one_run():
    of = unexplained()
    asked = at_once(MANY, lambda _n: enqueue_run(of.maker).pk)
    assert len(set(asked)) == 1
    at_once(4, lambda _n: jobs.run(asked[0]))
    assert Job.objects.get(kind=RUN).state == "done"
    assert (Run.objects.count(), Break.objects.count(), BreakEvent.objects.count()) == (1, 1, 1)


def test_two_runs_do_not_compare_side_by_side():
    unexplained()
    with detecting.one_at_a_time():
        outcome = at_once(1, lambda _n: make.run())[0]
    assert isinstance(outcome, Conflict)
    assert not Break.objects.exists()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("place", ["compare", "apply"])
def test_a_run_that_was_killed_in_the_middle_and_taken_up_again_leaves_the_same_once(monkeypatch, place):
    of = unexplained()
    job = enqueue_run(of.maker)
    original = getattr(running.detecting, place)

    def die(*given):
        original(*given)
        raise Killed

    monkeypatch.setattr(running.detecting, place, die)
    with pytest.raises(Killed):
        jobs.run(job.pk)
    connection.close()
    assert Job.objects.get(pk=job.pk).state == "running"
    assert not Break.objects.exists()
    monkeypatch.setattr(running.detecting, place, original)
    jobs.run(job.pk)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert (Run.objects.count(), Break.objects.count(), BreakEvent.objects.count()) == (1, 1, 1)
    assert Transaction.objects.filter(kind="bank_interest").count() == 0


def test_a_correction_signed_by_twenty_at_once_is_one_posting():
    of = unexplained()
    make.run()
    correction = make.requested(of.maker, make.standing()["line_in"], "suspense", fund="special_account")
    place = accounts.district(of.district)
    signers = [of.checker, of.signer, accounts.actor(Role.FINANCE_OFFICER, district=place)]
    outcomes = at_once(MANY, lambda n: sign_correction(signers[n % 3], correction, on=make.MUCH_LATER).number)
    assert kinds(outcomes) == Counter({"wrong_state": MANY - 1, "str": 1})
    assert Transaction.objects.filter(kind="suspense").count() == 1
    assert Correction.objects.get().state == "signed"


def test_two_corrections_of_one_difference_at_once_are_one():
    of = unexplained()
    make.run()
    row = make.standing()["line_in"]
    outcomes = at_once(6, lambda _n: make.requested(of.maker, row, "suspense", fund="special_account").number)
    assert kinds(outcomes) == Counter({"correction_under_way": 5, "str": 1})


def close_while_posting():
    """The month is closed and posted into at the same moment, ten times over; who came first won."""
    ledger.chart()
    month = ON.replace(day=1)
    after = AccountingPeriod(month=month).last_day + timedelta(days=5)
    ledger.posted("first", on=ON)
    services.propose_closing(accounts.actor(Role.FINANCE_OFFICER), month, on=after)
    closer = accounts.actor(Role.CITY_OFFICER)

    def act(number):
        if number == 0:
            return services.close_period(closer, month, on=after).state
        return ledger.posted(f"at-once:{number}", on=ON).key

    return at_once(10, act)


def test_a_month_that_is_closed_while_others_post_holds_what_came_before_and_nothing_after():
    outcomes = close_while_posting()
    assert outcomes[0] == "closed"
    posted = [row for row in outcomes[1:] if isinstance(row, str)]
    assert kinds(outcomes[1:])["period_closed"] == 9 - len(posted)
    assert Transaction.objects.filter(key__startswith="at-once").count() == len(posted)
    assert audit(only=["I6d"])[0].holds


def test_without_the_trigger_a_closed_month_takes_postings():
    """The control: with the guard gone, a posting after the closing goes through and the audit finds it."""
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transaction DISABLE TRIGGER ledger_period_open")
    try:
        assert close_while_posting()[0] == "closed"
        assert ledger.posted("late", on=ON).pk
        assert not audit(only=["I6d"])[0].holds
    finally:
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_transaction ENABLE TRIGGER ledger_period_open")
