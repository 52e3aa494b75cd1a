"""A movement that was taken for a charge, interest or another posting, and is something else."""

import pytest
from django.urls import reverse

from apps.accounts.models import Membership
from apps.banking.models import StatementLine, StatementMatch, UndoneMatch
from apps.core.errors import InvalidInput, NotFound, Refused
from apps.ledger.models import Transaction
from apps.reconciliation.services.correct import Wanted, request_undoing, sign_correction
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

pytestmark = pytest.mark.django_db
SPECIAL = "special_account"


@pytest.fixture
@stands
def of():
    """A month in which all sides agree; money came in that a rule took for interest."""
    found = make.opened(banking.treasury())
    make.paid(found)
    found.bank.receive(
        found.account.account_number, 900_00, ON, payer="某村镇银行", reference="退还补贴及利息"
    )
    make.stated(found)
    make.run()
    return found


def line_of(reference: str) -> StatementLine:
    return StatementLine.objects.get(reference__contains=reference)


def asked(of, line, *, actor=None):
    wanted = Wanted(kind="undo_match", document="银行函〔2023〕5号", explanation="系企业退款，并非利息")
    return request_undoing(actor or of.maker, line, wanted, upload=make.document(), on=make.MUCH_LATER)


def test_what_a_rule_took_for_interest_is_open_again_and_no_rule_reads_it_any_more(of):
    line = line_of("利息")
    posted = line.match.transaction
    assert (line.match.rule, posted.kind) == ("interest", "bank_interest")
    correction = asked(of, line)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.maker, correction, on=make.MUCH_LATER)
    assert refusal.value.code == "segregation"
    done = sign_correction(of.checker, correction, on=make.MUCH_LATER)
    assert done.posted.reverses == posted
    assert UndoneMatch.objects.get().rule == "interest"
    make.run()
    row = make.standing()["interest"]
    make.corrected(of, row, "suspense", fund=SPECIAL)
    make.run()
    assert make.standing() == {}
    assert make.broken() == []


def test_a_posting_that_a_movement_was_not_stays_in_the_books(of):
    line = StatementLine.objects.filter(reference__contains="拨款").order_by("id").first()
    posted = line.match.transaction
    assert sign_correction(of.checker, asked(of, line), on=make.MUCH_LATER).posted is None
    assert not posted.reversals.exists()
    make.run()
    assert {"line_in", "posting_unseen"} <= set(make.standing())
    make.corrected(of, make.standing()["line_in"], "posting", transaction=posted.pk)
    make.run()
    assert make.standing() == {}
    assert make.broken() == []


def test_money_in_suspense_leaves_it_as_its_item_says(of):
    later = make.LATER.replace(day=make.LATER.day + 1)
    of.bank.receive(of.account.account_number, 7_00, later, payer="某公司", reference="其他")
    make.stated(of, later, later)
    make.run()
    make.corrected(of, make.standing()["line_in"], "suspense", fund=SPECIAL)
    with pytest.raises(NotFound):
        asked(of, line_of("其他"))


def test_a_match_of_another_kind_is_not_undone_by_this_one(of):
    paid = StatementMatch.objects.filter(kind="payment").first()
    with pytest.raises(NotFound):
        asked(of, paid.line)
    with pytest.raises(NotFound):
        asked(of, line_of("利息"), actor=make.outsider())
    wanted = Wanted(kind="undo_receipt", document="文", explanation="错")
    with pytest.raises(InvalidInput):
        request_undoing(of.maker, line_of("利息"), wanted, upload=make.document(), on=make.MUCH_LATER)


def test_the_statement_offers_it_and_the_page_says_what_happens(of):
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    line = line_of("利息")
    address = reverse("desk:movement_undo", args=[line.pk])
    page = client.get(reverse("desk:statement_detail", args=[line.statement_id]))
    assert address in page.content.decode()
    form = client.get(address)
    assert form.status_code == 200
    assert "冲销" in form.content.decode()


def test_a_movement_that_was_taken_for_a_payment_by_a_person_is_parted_from_it():
    found = make.opened(banking.treasury())
    make.paid(found)
    moved = next(row for row in found.bank.book.movements if row.amount_fen < 0)
    moved.day = "2023-12-31"
    found.bank.receive(found.account.account_number, moved.amount_fen, ON, payer="甲", reference="划款")
    make.stated(found)
    make.run()
    line = line_of("划款")
    posted = Transaction.objects.get(kind="payment")
    make.corrected(found, make.standing()["line_out"], "posting", transaction=posted.pk)
    assert StatementMatch.objects.get(line=line).entry is not None
    client = accounts.client_of(Membership.objects.get(pk=found.maker.membership_id))
    address = reverse("desk:movement_undo", args=[line.pk])
    page = client.get(reverse("desk:statement_detail", args=[line.statement_id])).content.decode()
    assert address in page
    assert client.get(address).status_code == 200
    correction = asked(found, line)
    assert correction.order_id is not None
    assert sign_correction(found.checker, correction, on=make.MUCH_LATER).posted is None
    make.run()
    assert {"line_out", "result_unseen"} <= set(make.standing())
    assert not StatementMatch.objects.filter(line=line).exists()

    day = make.LATER.replace(day=make.LATER.day + 1)
    moved.day = day.isoformat()
    make.stated(found, day, day)
    make.corrected(found, make.standing()["line_out"], "suspense", fund=SPECIAL)
    make.run()
    assert (make.standing(), make.broken()) == ({}, [])
    assert StatementMatch.objects.get(kind="payment").line != line
