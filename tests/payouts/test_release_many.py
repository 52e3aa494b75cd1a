"""Many claims released in the background: each once, whatever breaks in between."""

import pytest

from apps.accounts.roles import Role
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.core import jobs
from apps.core.errors import Forbidden, InvalidInput
from apps.core.models import Job, JobState
from apps.ledger.models import Transaction
from apps.payouts.models import PaymentOrder
from apps.payouts.services import release_many
from tests.factories import accounts
from tests.factories import claims as make


class PowerCut(BaseException):
    """The worker is gone: nothing of it runs any more, no handler of errors either."""


@pytest.fixture
def signed() -> tuple[list[Claim], make.Money]:
    """Three claims of one district that wait for their release, and the finance officer."""
    classes = [make.money(people=1) for _three in range(3)]
    return [make.signed(of) for of in classes], classes[0]


def enqueued(of: make.Money, claims: list[Claim]) -> Job:
    return release_many.enqueue_release(of.finance, [claim.pk for claim in claims])


def test_all_are_released_by_the_job(signed):
    claims, of = signed
    job = enqueued(of, claims)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["released"], job.result["refused"]) == (JobState.DONE, 3, 0)
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.RELEASED}


def test_one_that_is_refused_does_not_stop_the_others(signed):
    claims, of = signed
    Claim.objects.filter(pk=claims[1].pk).update(payee_fingerprint="0" * 64)
    job = enqueued(of, claims)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.result["released"], job.result["refused"]) == (2, 1)
    assert job.result["refusals"][0]["number"] == claims[1].number
    assert job.result["refusals"][0]["code"] == "payee_changed"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_the_second_release_loses_and_doubles_nothing(signed, monkeypatch):
    claims, of = signed
    job = enqueued(of, claims)
    release, seen = release_many.release_payment, []

    def killed_after_two(*args, **options):
        done = release(*args, **options)
        seen.append(done.pk)
        if len(seen) == 2:
            raise PowerCut
        return done

    monkeypatch.setattr(release_many, "release_payment", killed_after_two)
    with pytest.raises(PowerCut):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, PaymentOrder.objects.count()) == (JobState.RUNNING, 2)

    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["released"], job.result["refused"]) == (JobState.DONE, 3, 0)
    assert PaymentOrder.objects.count() == 3
    assert Transaction.objects.filter(kind="obligation").count() == 3


def test_asked_twice_it_is_one_job(signed):
    claims, of = signed
    assert enqueued(of, claims).pk == enqueued(of, claims[::-1]).pk


def test_who_is_no_longer_of_finance_releases_nothing(signed):
    claims, of = signed
    job = enqueued(of, claims)
    Job.objects.filter(pk=job.pk).update(params={**job.params, "membership": 0})
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not PaymentOrder.objects.exists()


def test_only_finance_asks_for_a_release_and_only_of_something(signed):
    claims, of = signed
    with pytest.raises(Forbidden):
        release_many.enqueue_release(of.supervisor, [claims[0].pk])
    with pytest.raises(InvalidInput):
        release_many.enqueue_release(accounts.actor(Role.FINANCE_OFFICER), [])
