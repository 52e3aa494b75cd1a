"""Posting many at once: the same guards and the same promises as one by one."""

import pytest

from apps.core.errors import Conflict, Refused
from apps.ledger import services
from apps.ledger.models import Leg, Transaction
from apps.ledger.services import Posting, bulk, debit
from tests.factories import ledger as make

pytestmark = pytest.mark.usefixtures("books")


def postings(*numbers: int, fen: int = 800_000) -> list[Posting]:
    return [make.posting(f"line:{number}", fen, subject_type="line", subject_id=number) for number in numbers]


def test_the_ids_come_back_in_the_order_of_the_postings():
    ids = services.post_many(postings(3, 1, 2))
    keys = Transaction.objects.in_bulk(ids)
    assert [keys[number].key for number in ids] == ["line:3", "line:1", "line:2"]


def test_a_bulk_posting_is_stored_as_a_single_one_would_be():
    services.post_many([make.posting("many", subject_type="line", subject_id=1)])
    make.posted("one", subject_type="line", subject_id=1)
    many, one = (Transaction.objects.get(key=key) for key in ("many", "one"))
    head = ("on", "kind", "memo", "reverses_id", "posted_by_id", "subject_type", "subject_id")
    assert [getattr(many, name) for name in head] == [getattr(one, name) for name in head]
    leg = ["position", "on", "account", "fund", "district_code", "debit_fen", "credit_fen", "subject_id"]
    assert list(many.legs.values_list(*leg)) == list(one.legs.values_list(*leg))


def test_nothing_is_an_empty_answer():
    assert services.post_many([]) == []


def test_a_repeated_bulk_posting_finds_its_rows():
    first = services.post_many(postings(1, 2, 3))
    assert services.post_many(postings(1, 2, 3)) == first
    assert Leg.objects.count() == 6


def test_what_was_posted_before_is_left_alone_and_the_rest_posted():
    before = make.posted("line:2", subject_type="line", subject_id=2)
    ids = services.post_many(postings(1, 2, 3))
    assert ids[1] == before.pk
    assert Transaction.objects.count() == 3
    assert Leg.objects.count() == 6


def test_a_key_used_for_something_else_stops_the_whole():
    make.posted("line:2", 1)
    with pytest.raises(Conflict, match="line:2"):
        services.post_many(postings(1, 2, 3))
    assert Transaction.objects.count() == 1


def test_a_key_of_a_reversal_is_something_else():
    original = make.posted("original")
    services.reverse(original, "line:1", make.DAY, "why")
    mirror = make.posting("line:1", debited="payables", credited="subsidies")
    with pytest.raises(Conflict):
        services.post_many([mirror])


def test_a_key_twice_in_one_bulk_is_refused():
    with pytest.raises(Refused) as refusal:
        services.post_many(postings(1, 1))
    assert refusal.value.code == "key_twice"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (make.posting("bad", 0), "amount_invalid"),
        (make.posting("bad", debited="gold"), "account_unknown"),
        (make.posting("bad", fund="gold"), "fund_unknown"),
        (
            Posting(
                "bad", make.DAY, "x", [debit("cash", 5, fund=make.SUBSIDY_FUND, district=make.DISTRICT)] * 2
            ),
            "unbalanced",
        ),
        (Posting("bad", make.DAY, "x", []), "legs_incomplete"),
    ],
    ids=["amount", "account", "fund", "balance", "legs"],
)
def test_one_bad_posting_stops_the_whole(bad, code):
    with pytest.raises(Refused) as refusal:
        services.post_many([*postings(1, 2), bad])
    assert refusal.value.code == code
    assert not Transaction.objects.exists()


def test_texts_arrive_as_they_were_written():
    memo = 'tab\tnewline\nreturn\rbackslash\\ \\N "quoted" 学徒 𠮷'
    services.post_many([Posting("键\t1\\", make.DAY, "x", make.two_legs(), memo=memo)])
    assert Transaction.objects.get().memo == memo
    assert Transaction.objects.get().key == "键\t1\\"


def test_several_chunks_are_one_posting(monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK_SIZE", 2)
    assert len(services.post_many(postings(1, 2, 3, 4, 5))) == 5
    with pytest.raises(Refused):
        services.post_many([*postings(6, 7, 8), make.posting("bad", 0)])
    assert Transaction.objects.count() == 5


def test_it_can_be_called_twice_in_one_transaction():
    services.post_many(postings(1))
    services.post_many(postings(2))
    assert Transaction.objects.count() == 2
