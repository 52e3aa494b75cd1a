"""The opening balance of an account: money of several funds that lay on it before the first statement."""

import pytest
from django.urls import reverse

from apps.accounts.models import Membership
from apps.core.errors import InvalidInput
from apps.ledger.models import Leg
from apps.reconciliation.models import Correction
from apps.reconciliation.services.correct import sign_correction
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db


def test_an_opening_balance_of_two_funds_is_booked_fund_by_fund():
    of = banking.treasury()
    of.bank.open_account(of.account.account_number, of.account.account_name, 500_00)
    for _fund in range(2):
        of.bank.receive(
            of.account.account_number, 10_000_000_00, ON, payer="市财政局", reference="京财社〔2023〕1号"
        )
    make.paid(of)
    make.stated(of)
    make.run()
    for wrong in (0, 500_01):
        with pytest.raises(InvalidInput) as refusal:
            make.requested(
                of.maker, make.standing()["balance"], "opening", fund="special_account", amount_fen=wrong
            )
        assert [problem.code for problem in refusal.value.problems] == ["amount"]
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    address = reverse("desk:correction_new", args=[make.standing()["balance"].pk, "opening"])
    assert 'value="500.00"' in client.get(address).content.decode()
    given = {"fund": "special_account", "amount": "300", "document": "核对函", "explanation": "期初"}
    assert client.post(address, {**given, "file": make.document()}).status_code == 302
    first = sign_correction(of.checker, Correction.objects.get(), on=make.MUCH_LATER)
    make.run()
    rest = make.standing()["balance"]
    assert rest.amount_fen == 200_00
    second = make.corrected(of, rest, "opening", fund="employment_fund")
    assert [first.amount_fen, second.amount_fen] == [300_00, 200_00]
    booked = Leg.objects.filter(account="cash", transaction__in=[first.posted, second.posted])
    assert dict(booked.values_list("fund", "debit_fen")) == {
        "special_account": 300_00,
        "employment_fund": 200_00,
    }
    make.run()
    assert make.standing() == {}
    assert make.broken() == []
