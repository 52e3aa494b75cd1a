"""Posting one transaction: it balances, it happens once, it is undone by its mirror."""

from datetime import date, timedelta

import pytest

from apps.core.errors import Conflict, InvalidInput, Refused
from apps.ledger import services
from apps.ledger.models import Leg, Transaction
from apps.ledger.services import credit, debit
from tests.factories import ledger as make

pytestmark = pytest.mark.usefixtures("books")
PLACE = {"fund": make.SUBSIDY_FUND, "district": make.DISTRICT}


def test_a_posting_is_stored_with_its_legs():
    legs = [
        debit("subsidies", 800_000, **PLACE, subject_type="claims.claimline", subject_id=7),
        credit("payables", 500_000, **PLACE),
        credit("cash", 300_000, **PLACE),
    ]
    posted = services.post(
        "claim:1",
        make.DAY,
        "advance",
        "预拨",
        legs,
        posted_by_id=3,
        subject_type="claims.claim",
        subject_id=1,
    )
    stored = Transaction.objects.get(key="claim:1")
    assert (stored.pk, stored.created_at) == (posted.pk, posted.created_at)
    assert (stored.on, stored.kind, stored.memo, stored.posted_by_id) == (make.DAY, "advance", "预拨", 3)
    assert (stored.subject_type, stored.subject_id) == ("claims.claim", 1)
    assert list(
        stored.legs.values_list("position", "account_id", "debit_fen", "credit_fen", "subject_id")
    ) == [
        (1, "subsidies", 800_000, 0, 7),
        (2, "payables", 0, 500_000, None),
        (3, "cash", 0, 300_000, None),
    ]


def test_the_same_key_is_posted_once():
    first, again = make.posted(), make.posted()
    assert first == again
    assert Leg.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [{"fen": 800_001}, {"on": make.DAY + timedelta(days=1)}, {"district": "110106"}, {"subject_id": 4}],
    ids=["amount", "date", "district", "subject"],
)
def test_the_same_key_for_something_else_is_a_conflict(other):
    make.posted()
    with pytest.raises(Conflict) as refusal:
        make.posted(**other)
    assert refusal.value.code == "key_reused"
    assert Transaction.objects.count() == 1


def test_the_same_key_with_another_memo_is_the_same_event():
    first = make.posted()
    assert services.post("claim:1", make.DAY, "advance", "typed anew", make.two_legs()) == first


@pytest.mark.parametrize(
    ("legs", "code"),
    [
        ([debit("cash", 5, **PLACE)], "legs_incomplete"),
        ([], "legs_incomplete"),
        ([debit("cash", 5, **PLACE), credit("payables", 4, **PLACE)], "unbalanced"),
        (
            [
                debit("cash", 5, **PLACE),
                credit("payables", 5, fund=make.ACCOUNT_FUND, district=make.DISTRICT),
            ],
            "unbalanced",
        ),
        ([debit("cash", 0, **PLACE), credit("payables", 0, **PLACE)], "amount_invalid"),
        ([debit("cash", -5, **PLACE), credit("payables", -5, **PLACE)], "amount_invalid"),
        ([debit("cash", 5.0, **PLACE), credit("payables", 5.0, **PLACE)], "amount_invalid"),
        ([debit("gold", 5, **PLACE), credit("payables", 5, **PLACE)], "account_unknown"),
        (
            [
                debit("cash", 5, fund="gold", district=make.DISTRICT),
                credit("payables", 5, fund="gold", district=make.DISTRICT),
            ],
            "fund_unknown",
        ),
    ],
)
def test_what_does_not_add_up_is_refused_in_a_sentence(legs, code):
    with pytest.raises(Refused) as refusal:
        services.post("claim:1", make.DAY, "advance", "", legs)
    assert refusal.value.code == code
    assert refusal.value.message


def test_the_sentence_names_the_difference_and_the_fund():
    legs = [debit("cash", 5, **PLACE), credit("payables", 4, **PLACE)]
    with pytest.raises(Refused) as refusal:
        services.post("claim:1", make.DAY, "advance", "", legs)
    assert "0.01" in refusal.value.message
    assert make.SUBSIDY_FUND in refusal.value.message


def test_a_value_that_is_too_long_is_a_sentence_too():
    with pytest.raises(InvalidInput) as refusal:
        make.posted(district="1101050")
    assert refusal.value.code == "value_too_large"


def test_an_amount_beyond_all_numbers_is_a_sentence_too():
    with pytest.raises(InvalidInput) as refusal:
        make.posted(fen=2**63)
    assert refusal.value.code == "value_too_large"


class TestAReversal:
    def test_exchanges_debit_and_credit_of_every_leg(self):
        original = make.posted(subject_type="claims.claimline", subject_id=7)
        day = make.DAY + timedelta(days=9)
        undone = services.reverse(
            original, "claim:1:undone", day, "paid to the wrong account", posted_by_id=3
        )
        assert (undone.reverses_id, undone.on, undone.memo) == (original.pk, day, "paid to the wrong account")
        assert list(undone.legs.values_list("account_id", "debit_fen", "credit_fen", "subject_id")) == [
            ("subsidies", 0, 800_000, 7),
            ("payables", 800_000, 0, 7),
        ]

    def test_happens_once_per_key(self):
        original = make.posted()
        first = services.reverse(original, "undone", make.DAY, "why")
        assert services.reverse(original, "undone", make.DAY, "why") == first

    def test_happens_once_per_original(self):
        original = make.posted()
        services.reverse(original, "undone", make.DAY, "why")
        with pytest.raises(Conflict) as refusal:
            services.reverse(original, "undone again", make.DAY, "why")
        assert refusal.value.code == "reversed_before"

    def test_can_itself_be_reversed(self):
        original = make.posted()
        undone = services.reverse(original, "undone", make.DAY, "why")
        redone = services.reverse(undone, "redone", date(2023, 3, 2), "it was right")
        assert list(redone.legs.values_list("debit_fen", "credit_fen")) == list(
            original.legs.values_list("debit_fen", "credit_fen")
        )
