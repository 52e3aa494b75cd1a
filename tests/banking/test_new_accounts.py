"""An account that changed is signed as it was presented, or refused with a reason."""

import pytest

from apps.casework.engine import Opinion
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services.renew_account import (
    confirmed_account,
    present_account,
    refuse_account,
    sign_account,
)
from apps.core.errors import Forbidden, InvalidInput, Refused
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_payment import release_payment
from tests.banking.test_results import LATER, correct_the_account, take
from tests.factories import banking


def failed_with_a_new_account(of) -> tuple[Claim, PaymentOrder, object]:
    """A claim whose payment failed, with another account confirmed since, and the people of its class."""
    order = of.orders()[0]
    batch = banking.sent(of, failures={order.number: "账号户名不符"})
    take(of, batch, of.bank.result(batch.number))
    claim = Claim.objects.get(pk=order.claim_id)
    correct_the_account(of, order)
    people = next(m for m in of.moneys if m.training_class.pk == claim.training_class_id)
    return present_account(of.maker, claim, on=LATER), order, people


def test_nobody_signs_for_an_account_that_was_not_put_before_them():
    of = banking.treasury(payments=2)
    claim, order, people = failed_with_a_new_account(of)
    correct_the_account(of, order)
    with pytest.raises(Refused) as refusal:
        sign_account(people.supervisor, claim, on=LATER)
    assert refusal.value.problems[0].code == "account_not_presented"
    claim = refuse_account(people.supervisor, claim, on=LATER, opinion=Opinion(reason="账户又有变更"))
    assert claim.state == ClaimState.APPROVED
    signed = sign_account(people.supervisor, present_account(of.maker, claim, on=LATER), on=LATER)
    assert signed.payee_fingerprint == confirmed_account(signed).fingerprint


def test_an_account_that_is_not_signed_needs_a_reason_and_is_not_paid():
    of = banking.treasury(payments=2)
    claim, _order, people = failed_with_a_new_account(of)
    with pytest.raises(InvalidInput):
        refuse_account(people.supervisor, claim, on=LATER, opinion=Opinion())
    with pytest.raises(Forbidden):
        refuse_account(of.maker, claim, on=LATER, opinion=Opinion(reason="x"))
    before = claim.payee_fingerprint
    claim = refuse_account(people.supervisor, claim, on=LATER, opinion=Opinion(reason="开户证明不清晰"))
    assert (claim.state, claim.payee_fingerprint) == (ClaimState.APPROVED, before)
    with pytest.raises(Refused) as refusal:
        release_payment(of.maker, claim, on=LATER)
    assert refusal.value.code == "payee_changed"
