"""Many claims released in the background: each once, whatever breaks in between."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.core import clock, jobs
from apps.core.errors import Forbidden, InvalidInput
from apps.core.models import Job, JobState
from apps.core.money import yuan
from apps.ledger.models import Transaction
from apps.payouts.models import PaymentOrder
from apps.payouts.services import release_many
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.ground import stands


class PowerCut(BaseException):
    """The worker is gone: nothing of it runs any more, no handler of errors either."""


@pytest.fixture
@stands
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
    make.moved_account(claims[1])
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
    monkeypatch.setattr(release_many, "TOGETHER", 2)
    release = release_many.release_together

    def killed_after_two(*args, **options):
        release(*args, **options)
        raise PowerCut

    monkeypatch.setattr(release_many, "release_together", killed_after_two)
    with pytest.raises(PowerCut):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, PaymentOrder.objects.count()) == (JobState.RUNNING, 2)
    monkeypatch.setattr(release_many, "release_together", release)

    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["released"], job.result["refused"]) == (JobState.DONE, 3, 0)
    assert PaymentOrder.objects.count() == 3
    assert Transaction.objects.filter(kind="obligation").count() == 3


def test_no_more_lines_than_agreed_are_held_at_once_and_a_large_claim_goes_alone(monkeypatch):
    classes = [make.money(people=people) for people in (1, 1, 3, 1)]
    wanted = [make.signed(of).pk for of in classes]
    monkeypatch.setattr(release_many, "TOGETHER", 2)
    release, pieces = release_many.release_together, []

    def noted(actor, piece, *, on):
        pieces.append(list(piece))
        return release(actor, piece, on=on)

    monkeypatch.setattr(release_many, "release_together", noted)
    done = release_many.release_many(classes[0].finance, wanted, on=ON)
    assert pieces == [wanted[:2], wanted[2:3], wanted[3:]]
    assert done["released"] == 4


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


@pytest.mark.parametrize("id_", [13_800_000_000, 1_044_446_870_259_413, 2**62])
def test_what_looks_like_a_number_of_a_person_is_no_claim_and_is_refused_with_a_sentence(signed, id_):
    claims, of = signed
    with pytest.raises(InvalidInput) as refusal:
        release_many.enqueue_release(of.finance, [claims[0].pk, id_])
    assert str(id_) in refusal.value.message


def confirmed(of: make.Money):
    """The browser of the finance officer, who has just repeated the password."""
    client = accounts.client_of(Membership.objects.get(pk=of.finance.membership_id))
    session = client.session
    session[CONFIRMED_AT] = clock.now().timestamp()
    session.save()
    return client


def test_the_queue_offers_the_release_of_what_waits_for_it_and_shows_what_each_comes_to(signed):
    claims, of = signed
    release_payment(of.finance, claims[2], on=ON)
    page = confirmed(of).get(reverse("desk:queue_kind", args=["claims.claim"])).content.decode()
    assert 'value="release"' in page
    assert "data-selected-sum" in page
    assert f'data-amount-fen="{claims[0].net_fen}"' in page
    assert f'name="case" value="{claims[1].pk}"' in page
    assert claims[2].number in page
    assert f'name="case" value="{claims[2].pk}"' not in page
    assert f"预拨，1人，{yuan(claims[0].net_fen)}元" in page


def test_what_was_chosen_is_released_after_the_password_and_the_page_tells_of_each(signed):
    claims, of = signed
    make.moved_account(claims[1])
    chosen = {"action": "release", "case": [claim.pk for claim in claims]}
    url = reverse("desk:queue_bulk", args=["claims.claim"])
    stranger = accounts.client_of(Membership.objects.get(pk=of.finance.membership_id))
    assert stranger.post(url, chosen).url == reverse("accounts:confirm")
    assert not Job.objects.exists()

    client = confirmed(of)
    job = Job.objects.filter(pk__gt=0)
    target = client.post(url, chosen).url
    assert target == reverse("desk:release_detail", args=[job.get().pk])
    assert client.get(target).status_code == 200
    jobs.run(job.get().pk)
    page = client.get(target).content.decode()
    assert claims[1].number in page
    assert job.get().result["refusals"][0]["reason"] in page
    assert f"{claims[0].number}-1" in page
    assert client.get(reverse("desk:release_progress", args=[job.get().pk])).status_code == 286


def test_nobody_else_looks_at_a_release(signed):
    claims, of = signed
    job = enqueued(of, claims)
    other = accounts.client_for(Role.FINANCE_OFFICER, district=accounts.district("110105"))
    assert other.get(reverse("desk:release_detail", args=[job.pk])).status_code == 404


def test_a_client_releases_many_with_a_key_and_reads_what_became_of_them(signed):
    claims, of = signed
    _row, secret = accounts.token(Membership.objects.get(pk=of.finance.membership_id), ["payments"])
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = json.dumps({"claims": [claim.pk for claim in claims]})
    url = reverse("api:release-list")
    assert client.post(url, body, content_type="application/json").status_code == 400
    asked = client.post(url, body, content_type="application/json", headers={"Idempotency-Key": "k1"})
    assert asked.status_code == 202
    again = client.post(url, body, content_type="application/json", headers={"Idempotency-Key": "k1"})
    assert again.json()["id"] == asked.json()["id"]
    jobs.run(asked.json()["id"])
    found = client.get(reverse("api:release-detail", args=[asked.json()["id"]])).json()
    assert (found["state"], found["released"], found["refusals"]) == ("done", 3, [])
