from datetime import timedelta

import pytest
from django.urls import reverse

from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind, ClaimState
from apps.payouts.services.record_payment import record_failure
from apps.payouts.services.release_payment import release_payment
from tests.factories import claims as make
from tests.factories.accounts import client_of
from tests.factories.apprentices import ON
from tests.factories.training import apprentice

pytestmark = pytest.mark.django_db


def page(user, name: str, *args: object) -> str:
    answer = client_of(user).get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_enterprise_whose_bank_refused_is_sent_to_its_bank_account():
    of = make.money(people=1)
    claim = release_payment(of.finance, make.signed(of), on=ON)
    claim = record_failure(of.finance, claim, on=ON, opinion=Opinion(reason="账号户名不符"))
    shown = page(of.shop.operator, "portal:claim_detail", claim.pk)
    assert "请核对银行账户" in shown
    assert "银行反馈：账号户名不符" in shown
    release_payment(of.finance, claim, on=ON)
    assert "请核对银行账户" not in page(of.shop.operator, "portal:claim_detail", claim.pk)


def test_a_claim_that_was_paid_waits_for_nothing():
    of = make.money(people=1)
    claim = make.paid(of)
    assert "next-step-done" in page(of.shop.operator, "portal:claim_detail", claim.pk)
    person = of.enrolments()[0]
    shown = page(of.shop.operator, "portal:enrolment_detail", person.pk)
    assert reverse("portal:claim_line", args=[claim.pk, claim.lines.get().pk]) in shown


def test_a_line_below_zero_of_a_paid_claim_is_not_called_paid():
    of = make.money(people=3)
    make.paid(of)
    bad, *passed = of.enrolments()
    later = ON + timedelta(days=30)
    make.evidence(of)
    for person in passed:
        make.result(of, person, "passed", on=later)
    make.result(of, bad, "failed", on=later)
    claim = make.signed(of, ClaimKind.REMAINDER, on=later)
    assert release_payment(of.finance, claim, on=later).state == ClaimState.RELEASED
    for shown in (
        page(of.shop.operator, "portal:enrolment_detail", bad.pk),
        page(apprentice(bad), "portal:me"),
    ):
        assert "由企业退还" in shown
    assert "由企业退还" not in page(of.shop.operator, "portal:enrolment_detail", passed[0].pk)
