"""A run compares everything; what agrees to the fen leaves no difference."""

import pytest

from apps.reconciliation.models import AccountBalance, Break, Compared
from tests.factories import banking
from tests.factories import reconciliation as make

pytestmark = pytest.mark.django_db


def test_a_month_in_which_all_sides_agree_has_no_difference():
    of = make.opened(banking.treasury(payments=3))
    make.paid(of)
    make.stated(of)
    run = make.run()
    assert {row.kind: row.amount_fen for row in Break.objects.all()} == {}
    assert (run.orders, run.movements, run.by_rule, run.open) == (3, 5, 2, 0)
    for row in Compared.objects.all():
        assert row.claims_fen == row.orders_fen == row.results_fen == row.statement_fen == row.ledger_fen > 0
    assert AccountBalance.objects.get().rest_fen == 0
    assert make.broken() == []
