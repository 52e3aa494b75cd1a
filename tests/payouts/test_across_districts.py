"""What an officer's session has to know of other districts it still knows, while it is shown none of them.

Each service runs as in a request of the district, under its row-level security; the row that decides lies
in another district. The control takes the one look beyond away: then the check passes in silence.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from unittest.mock import patch

import pytest
from django.db import IntegrityError

from apps.apprentices import services
from apps.apprentices.models import Enrolment, LineSeats, TrainingClass
from apps.apprentices.transitions import CLASS_TRANSITIONS
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.casework.models import Notice, Seat
from apps.core import rls
from apps.core.errors import Refused
from apps.payouts.models import Recovery, RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from apps.statistics.dashboards import dashboard
from tests.factories import apprentices, claims
from tests.factories.apprentices import ON, Workshop
from tests.factories.claims import Money

OWN, OTHER = "110105", "110108"


@pytest.fixture
def own() -> Money:
    return claims.money(people=1)


@pytest.fixture
def other() -> Money:
    return claims.money(people=1, district=OTHER)


@pytest.fixture
def here() -> Workshop:
    return apprentices.workshop(district=OWN)


@contextmanager
def short_sighted() -> Iterator[None]:
    """The control: nothing looks beyond the district."""
    with patch.object(rls, "whole_city", nullcontext):
        yield


def _trained_in_the_other(here: Workshop) -> TrainingClass:
    """A roster under review in the own district with somebody whose training in the other one stands."""
    elsewhere = apprentices.workshop(district=OTHER, level="technician")
    done = apprentices.enrolled_class(elsewhere).enrolments.get()
    services.complete_enrolments(elsewhere.clerk, done.training_class, [done.pk], on=ON)
    roster = apprentices.open_class(here)
    # Past the check of registering, which the enterprise's session makes with the whole city in view.
    with acting(here.clerk, "create"):
        Enrolment.objects.create(
            person_id=done.person_id,
            training_class=roster,
            enterprise_id=roster.enterprise_id,
            institution_id=roster.institution_id,
            district_id=roster.district_id,
            occupation_id=roster.line.occupation_id,
            level_id=roster.line.level_id,
            starts_on=roster.starts_on,
            ends_on=roster.ends_on,
            term_months=roster.line.term_months,
            post_kind=done.post_kind,
            person_status=done.person_status,
            contract_from=done.contract_from,
            contract_to=done.contract_to,
            insured_in_city=True,
            agreement_signed_on=ON,
        )
    return services.submit_roster(here.clerk, roster, on=ON)


def test_a_training_in_another_district_keeps_a_person_from_being_enrolled(here: Workshop) -> None:
    roster = _trained_in_the_other(here)
    with rls.within(OWN), pytest.raises(Refused) as refused:
        services.approve_class(here.officer, roster, on=ON)
    assert [problem.code for problem in refused.value.problems] == ["trained_elsewhere"]


def test_the_constraint_of_the_database_sees_every_district_by_itself(here: Workshop) -> None:
    roster = _trained_in_the_other(here)
    with rls.within(OWN), short_sighted(), pytest.raises(IntegrityError, match="no_overlapping_enrolments"):
        services.approve_class(here.officer, roster, on=ON)


def test_a_serial_number_that_another_district_used_pays_no_second_claim(own: Money, other: Money) -> None:
    paid = claims.paid(other)
    serial = paid.orders.get().bank_serial
    released = release_payment(own.finance, claims.signed(own), on=ON)
    with rls.within(OWN), pytest.raises(Refused) as refused:
        record_payment(own.finance, released, on=ON, paid_on=ON, bank_serial=serial)
    assert refused.value.code == "serial_used"


def test_a_serial_number_that_another_district_received_counts_no_second_time(
    own: Money, other: Money
) -> None:
    there, here = _recovery(other), _recovery(own)
    RecoveryReceipt.objects.create(
        recovery=there,
        key="there",
        amount_fen=1,
        received_on=ON,
        bank_serial="S-1",
        recorded_by_id=other.finance.user_id,
    )
    with rls.within(OWN), pytest.raises(Refused) as refused:
        receive_recovery(
            own.finance, here, amount_fen=1, received_on=ON, bank_serial="S-1", key="here", on=ON
        )
    assert refused.value.code == "serial_used"


def test_a_chair_that_is_held_in_another_district_is_not_forgotten(here: Workshop, other: Money) -> None:
    roster = apprentices.submitted_class(here)
    plan = other.shop.plan
    with rls.whole_city():
        Seat.objects.create(
            subject_type="plans.plan", subject_id=plan.pk, person_id=here.officer.person_id, seat="submitter"
        )
    step = partial(fire, CLASS_TRANSITIONS, roster, "approve", here.officer, on=ON, separate_from=(plan,))
    with rls.within(OWN), pytest.raises(Refused) as refused:
        step()
    assert refused.value.code == "segregation"
    # The control gets as far as the table's own check: this bare step sets no day of opening.
    with rls.within(OWN), short_sighted(), pytest.raises(IntegrityError, match="open_class_has_date"):
        step()


def test_who_belongs_to_no_district_is_told_all_the_same(here: Workshop) -> None:
    roster = apprentices.submitted_class(here)
    with rls.within(OWN):
        services.approve_class(here.officer, roster, on=ON)
    told = Notice.objects.filter(subject_type="apprentices.trainingclass", subject_id=roster.pk)
    assert told.filter(organisation_id=here.enterprise.pk).exists()
    person = roster.enrolments.get().person_id
    assert Notice.objects.filter(subject_type="apprentices.enrolment", person_id=person).exists()


def test_places_are_counted_while_a_district_works(here: Workshop) -> None:
    """The trigger that counts them runs in the session of the district."""
    roster = apprentices.submitted_class(here)
    before = LineSeats.objects.get(pk=roster.line_id).taken
    with rls.within(OWN):
        services.refuse_enrolment(
            here.officer, roster.enrolments.get(), on=ON, opinion=Opinion(reason="材料不符")
        )
    assert LineSeats.objects.get(pk=roster.line_id).taken == before - 1


def test_a_claim_is_approved_signed_released_and_paid_within_one_district(own: Money, other: Money) -> None:
    handed_in = claims.submit_claim(own.clerk, claims.computed(own), on=ON)
    with rls.within(OWN):
        claim = claims.approve_claim(own.reviewer, handed_in, on=ON)
        claim = claims.sign_claim(own.supervisor, claim, on=ON)
        claim = release_payment(own.finance, claim, on=ON)
        claim = record_payment(own.finance, claim, on=ON, paid_on=ON, bank_serial="S-9")
    assert claim.state == "paid"


def test_a_dashboard_says_the_same_behind_the_lock(own: Money, other: Money) -> None:
    claims.paid(other)
    claims.paid(own)
    expected = dashboard(own.reviewer, ON)
    with rls.within(OWN):
        assert dashboard(own.reviewer, ON) == expected
    assert sum(count for _label, count in expected.funnel) > 0


def _recovery(of: Money) -> Recovery:
    claim = claims.paid(of)
    return Recovery.objects.create(
        number=f"R-{claim.pk}",
        claim=claim,
        district_id=claim.district_id,
        enterprise_id=claim.enterprise_id,
        amount_fen=100,
        issued_on=ON,
        due_on=ON,
        issued_by_id=of.supervisor.user_id,
    )
