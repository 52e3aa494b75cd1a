"""The demo city: made by the services, the same for the same seed, whole by every invariant."""

import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from apps.accounts.demo import demo_roles
from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment
from apps.banking.fake_bank.book import default_path
from apps.banking.models import PaymentBatch, StatementLine
from apps.claims.models import Claim, ClaimLine
from apps.core import invariants
from apps.core.clock import today
from apps.demo.banking import PROFILE
from apps.demo.city import Extent, make_city
from apps.demo.enterprises import ENTERPRISES, INSTITUTIONS
from apps.plans.models import Plan

DISTRICT = "110105"


def small(*stages: str, people: int = 3) -> Extent:
    """A district with an enterprise for each stage, each with a class of a few people."""
    rows = [row for row in ENTERPRISES if row[0] == DISTRICT][: len(stages)]
    return Extent(
        enterprises=tuple((*row[:6], people, row[7]) for row in rows),
        institutions=INSTITUTIONS[:1],
        pipelines=tuple(enumerate(stages)),
        districts=frozenset({DISTRICT}),
    )


def made(extent: Extent, *, seed: int = 7, on: date | None = None) -> None:
    call_command("load_reference", verbosity=0)
    make_city(seed=seed, today=on or today(), extent=extent)


def told() -> list[tuple]:
    """What can be compared of two cities: everything but the serial numbers of rows."""
    plans = Plan.objects.order_by("number")
    people = Enrolment.objects.order_by("person__name", "id")
    claims = Claim.objects.order_by("id")
    return [
        *plans.values_list("number", "title", "state", "enterprise__organisation__uscc"),
        *people.values_list("state", "person__name", "contract_from", "post_kind"),
        *claims.values_list("kind", "state", "net_fen", "line_count"),
        *ClaimLine.objects.order_by("id").values_list("amount_fen", "due_fen"),
    ]


def test_the_same_seed_and_day_make_the_same_city():
    cities = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            made(small("returned", "remainder_paid"), seed=seed, on=date(2026, 11, 20))
            cities.append(told())
            transaction.set_rollback(True)
    first, again, other = cities
    assert first == again
    assert first != other


def test_nothing_in_the_city_breaks_an_invariant(transactional_db):
    # The last enterprise lost everybody but two: what was advanced for them is recovered.
    made(small("second_signature", "remainder_paid", "training", "recovering"))
    assert [found for found in invariants.audit() if not found.holds] == []
    assert Claim.objects.filter(state="paid").exists()


@pytest.mark.usefixtures("transactional_db")
def test_the_shown_district_has_a_batch_paid_one_refused_and_one_at_the_bank():
    made(small("advance_paid", "training", "training"))
    batches = PaymentBatch.objects.order_by("id")
    assert [batch.state for batch in batches] == ["closed", "answered", "sent"]
    assert [batch.entries.get().state for batch in batches] == ["paid", "failed", "waiting"]
    # What nothing explains yet waits for finance: the interest of the bank.
    assert StatementLine.objects.filter(match=None).count() == 1
    book = json.loads(default_path(PROFILE).read_text())
    assert {order["state"] for order in book["orders"]} == {"paid", "failed", "pending"}


@pytest.mark.usefixtures("transactional_db")
def test_one_click_signs_in_as_each_role_of_the_city(client):
    made(small("remainder_paid"))
    offered = demo_roles()
    assert {row.role for row in offered} == set(Role) - {Role.SYSTEM}
    for row in offered:
        signed_in = client.post(
            reverse("accounts:demo_sign_in"), {"membership": row.membership_id}, follow=True
        )
        assert signed_in.status_code == 200, row
        assert signed_in.wsgi_request.membership == Membership.objects.get(pk=row.membership_id)
