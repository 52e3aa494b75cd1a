"""What a queue says of a claim in one line."""

import pytest
from django.utils import translation

from apps.casework import subjects

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "paid", "owed"),
    [
        ("zh-hans", "预拨，3人，18,000.00元", "清算，3人，应退回6,000.00元"),
        ("en", "Advance, 3 apprentices, 18,000.00 yuan", "Remainder, 3 apprentices, 6,000.00 yuan to repay"),
    ],
)
def test_a_net_below_zero_is_money_to_repay(paid_and_recovering, language, paid, owed):
    summary = subjects.get("claims.claim").summary
    with translation.override(language):
        assert [summary(claim) for claim in paid_and_recovering] == [paid, owed]
