"""Who may not apply gets nothing promised; training, what was signed and recoveries go on (六（四）)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.roles import Role
from apps.apprentices.services import approve_class, submit_roster, withdraw_enrolment
from apps.casework.acting import acting
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import invariants
from apps.core.errors import Refused
from apps.enterprises import services as register
from apps.enterprises.enums import Standing
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery
from apps.training.enums import SessionSide
from tests.api.conftest import caller
from tests.factories import accounts, training
from tests.factories import apprentices as classes
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.triggers import switch_off

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REASON = "虚假花名册"


def barred(enterprise, *, on=ON, until=None, standing=Standing.SUSPENDED):
    city = accounts.actor(Role.CITY_OFFICER)
    register.suspend(city, enterprise, REASON, on=on, until=until, standing=standing)
    enterprise.refresh_from_db()


def refused(work) -> set[str]:
    with pytest.raises(Refused) as refusal:
        work()
    return {problem.code for problem in refusal.value.problems}


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REMOVED])
def test_no_class_is_opened_handed_in_or_enrolled(standing):
    shop = classes.workshop()
    waiting = classes.submitted_class(shop)
    roster = classes.open_class(shop)
    classes.register(shop, roster)
    barred(shop.enterprise, standing=standing)
    only = {"enterprise_standing"}
    assert refused(lambda: classes.open_class(shop)) == only
    assert refused(lambda: submit_roster(shop.clerk, roster, on=ON)) == only
    assert refused(lambda: approve_class(shop.officer, waiting, on=ON)) == only
    register.restore(accounts.actor(Role.CITY_OFFICER), shop.enterprise, "已整改", on=ON)
    assert submit_roster(shop.clerk, roster, on=ON).state == "district_review"


def test_no_claim_that_pays_is_handed_in_approved_or_signed():
    of = make.money(people=1)
    claim = make.computed(of)
    barred(of.shop.enterprise, until=ON + DAY)
    assert refused(lambda: submit_claim(of.clerk, claim, on=ON)) == {"enterprise_standing"}
    later = ON + 2 * DAY
    claim = submit_claim(of.clerk, claim, on=later)
    barred(of.shop.enterprise, on=later, until=later)
    assert refused(lambda: approve_claim(of.reviewer, claim, on=later)) == {"enterprise_standing"}
    later += DAY
    claim = approve_claim(of.reviewer, claim, on=later)
    barred(of.shop.enterprise, on=later, until=later)
    assert refused(lambda: sign_claim(of.supervisor, claim, on=later)) == {"enterprise_standing"}
    assert sign_claim(of.supervisor, claim, on=later + DAY).state == ClaimState.APPROVED


def test_what_was_signed_is_paid_and_what_is_owed_is_asked_back():
    of = make.money(people=1)
    claim = make.signed(of)
    barred(of.shop.enterprise)
    claim = release_payment(of.finance, claim, on=ON)
    claim = record_payment(of.finance, claim, on=ON, paid_on=ON, bank_serial="S1")
    assert claim.state == ClaimState.PAID
    later = ON + 30 * DAY
    make.evidence(of)
    withdraw_enrolment(of.clerk, of.enrolments()[0], on=later, opinion=Opinion(reason="离职"))
    owed = make.approved(of, ClaimKind.REMAINDER, on=later)
    assert owed.net_fen < 0
    assert sign_recovery(of.supervisor, owed, on=later).state == ClaimState.RECOVERING


def test_training_under_way_goes_on():
    of = training.training(people=1)
    barred(of.shop.enterprise)
    assert training.hold(of, SessionSide.ENTERPRISE, day=11).pk
    assert training.hold(of, SessionSide.INSTITUTION, day=12).pk


def test_pages_and_interface_say_it_before():
    of = make.money(people=1)
    claim = make.computed(of)
    barred(of.shop.enterprise)
    text = accounts.client_of(of.shop.operator).get(reverse("portal:claim_detail", args=[claim.pk]))
    assert REASON in text.content.decode()
    missing = caller(of.shop.operator)("get", reverse("api:claim-missing", args=[claim.pk])).json()
    assert [(row["code"], row["article"]) for row in missing] == [("enterprise_standing", "六（四）")]


def test_the_office_reads_it_and_is_not_offered_the_signature():
    of = make.money(people=1)
    claim = make.approved(of)
    district = of.training_class.district
    signer = accounts.client_of(accounts.member(Role.DISTRICT_SUPERVISOR, district=district))
    address = reverse("desk:claim_review", args=[claim.pk])
    assert 'value="sign"' in signer.get(address).content.decode()
    barred(of.shop.enterprise)
    text = signer.get(address).content.decode()
    assert REASON in text
    assert 'value="sign"' not in text
    assert 'value="send_back"' in text


def sign_past_the_services(of, claim, on=ON) -> None:
    with transaction.atomic(), acting(of.supervisor, "sign"):
        Claim.objects.filter(pk=claim.pk).update(state=ClaimState.APPROVED, approved_on=on, year=on.year)


def found() -> int:
    return invariants.audit(["I16f"])[0].violations


def test_the_database_promises_nothing_either():
    of = make.money(people=1)
    claim = make.approved(of)
    barred(of.shop.enterprise, until=ON + DAY)
    for day in (ON, ON + DAY):
        with pytest.raises(IntegrityError, match="may not apply"):
            sign_past_the_services(of, claim, day)
    sign_past_the_services(of, claim, ON + 2 * DAY)
    assert not found()


def test_without_the_guard_it_would_be_promised_and_is_found(without):
    of = make.money(people=1)
    claim = make.approved(of)
    barred(of.shop.enterprise)
    with without(switch_off("claims_claim", "may_apply")):
        sign_past_the_services(of, claim, ON + DAY)
        assert found() == 1


def test_what_was_signed_on_the_morning_of_the_suspension_stands():
    of = make.money(people=1)
    make.signed(of)
    barred(of.shop.enterprise)
    assert not found()
