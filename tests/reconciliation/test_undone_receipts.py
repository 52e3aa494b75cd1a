"""Money that was received for the wrong notice: undone by two persons, and received for the right one."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.banking.models import PaymentBatch, StatementLine, StatementMatch, UndoneMatch
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.match_lines import match_open_lines, match_recovery
from apps.casework.models import History, Notice
from apps.casework.wording import sentence
from apps.claims.models import Claim, Entitlement
from apps.core.errors import Conflict, Forbidden, NotFound, Refused
from apps.core.invariants import audit
from apps.ledger.models import Budget, Leg
from apps.ledger.services import close_period, propose_closing, reserve_from
from apps.ledger.services import reverse as reversed_by
from apps.payouts.instalments import equal_schedule
from apps.payouts.models import InstalmentAgreement, Recovery, RecoveryReceipt, UndoneReceipt
from apps.payouts.services import agree_instalments, write_off
from apps.payouts.services.receive_recovery import receive_recovery
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.services.correct import Wanted, request_undoing, sign_correction
from tests.banking.test_statements import recovering
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

DAY = make.LATER + timedelta(days=1)
AFTER = ON.replace(month=ON.month + 1, day=20)


@pytest.fixture
@stands
def of():
    """Two enterprises owe something; money came in under a reference that says nothing."""
    return owing_two()


def owing_two():
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    make.stated(found)
    found.right, found.wrong = recovering(found, 0), recovering(found, 1)
    found.bank.receive(
        found.account.account_number, found.wrong.amount_fen, DAY, payer="某公司", reference="退款"
    )
    make.stated(found, DAY, DAY)
    return found


def line() -> StatementLine:
    return StatementLine.objects.get(reference="退款")


def mistaken(of) -> RecoveryReceipt:
    """The money is received for the wrong one of the two notices, which it repays whole."""
    return match_recovery(of.maker, line(), of.wrong, on=make.MUCH_LATER).receipt


def asked(of, *, actor=None, on=make.MUCH_LATER, explanation="付款人是另一家企业") -> Correction:
    wanted = Wanted(kind="undo_receipt", document="企业来函〔2023〕8号", explanation=explanation)
    return request_undoing(actor or of.maker, line(), wanted, upload=make.document(), on=on)


def undone(of, *, on=make.MUCH_LATER) -> Correction:
    return sign_correction(of.checker, asked(of, on=on), on=on)


def now(recovery: Recovery) -> Recovery:
    return Recovery.objects.select_related("claim").get(pk=recovery.pk)


def standing(recovery: Recovery) -> tuple:
    """Everything that a receipt moves."""
    fresh = now(recovery)
    people = Entitlement.objects.filter(enrolment__claim_lines__claim=fresh.claim).order_by("enrolment_id")
    legs = Leg.objects.filter(account__in=["cash", "recoveries", "written_off"])
    sums: dict[tuple, int] = {}
    for leg in legs:
        place = (leg.account_id, leg.fund_id)
        sums[place] = sums.get(place, 0) + leg.debit_fen - leg.credit_fen
    return (
        (fresh.received_fen, fresh.written_off_fen, fresh.state, fresh.claim.state, fresh.due_on),
        fresh.claim.deadline_on,
        list(fresh.parts.order_by("id").values_list("received_fen", "written_off_fen")),
        list(people.values_list("to_recover_fen", "recovered_fen")),
        list(Budget.objects.order_by("id").values_list("reserved_fen", "used_fen")),
        sums,
    )


def test_a_receipt_is_undone_by_two_persons_and_received_for_the_right_notice(of):
    before = standing(of.wrong)
    receipt = mistaken(of)
    assert (now(of.wrong).state, now(of.wrong).claim.state) == ("repaid", "settled")
    correction = asked(of)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.maker, correction, on=make.MUCH_LATER)
    assert refusal.value.code == "segregation"
    done = sign_correction(of.checker, correction, on=make.MUCH_LATER)
    assert standing(of.wrong) == before
    assert done.posted.reverses.key == receipt.ledger_key
    kept = UndoneMatch.objects.get(kind="receipt")
    assert (kept.receipt, kept.line) == (receipt, line())
    assert not StatementMatch.objects.filter(line=line()).exists()
    assert make.broken() == []
    make.run()
    assert set(make.standing()) == {"line_in"}

    again = match_recovery(of.maker, line(), of.right, on=make.MUCH_LATER).receipt
    assert (again.instead_of, again.bank_serial) == (receipt, receipt.bank_serial)
    assert now(of.right).received_fen == receipt.amount_fen
    make.run()
    assert make.standing() == {}
    assert make.broken() == []
    assert set(Break.objects.values_list("state", flat=True)) == {"gone"}


def test_it_may_be_undone_and_received_again_for_the_same_notice(of):
    before = standing(of.wrong)
    for _time in range(3):
        mistaken(of)
        undone(of)
    assert standing(of.wrong) == before
    assert UndoneReceipt.objects.count() == 3
    assert make.broken() == []


def test_the_claim_waits_again_with_its_history_and_its_enterprise_is_told(of):
    mistaken(of)
    undone(of)
    step = History.objects.filter(subject_type="claims.claim", action="undo_receipt").get()
    assert (step.from_state, step.to_state, step.reason) == ("settled", "recovering", "付款人是另一家企业")
    told = Notice.objects.get(code="payouts.recovery.receipt_undone")
    assert told.organisation_id == of.wrong.enterprise_id
    assert of.wrong.number in sentence(told)
    assert all(found.holds for found in audit(["I13c"]))
    assert "付款人是另一家企业" in sentence(told)


def test_of_two_receipts_the_other_one_stays(of):
    by_hand(of, of.wrong, 100)
    make.run()
    row = make.standing()["receipt_unseen"]
    by_hand(of, of.wrong, 250, "HAND2")
    make.corrected(of, row, "undo_receipt")
    only = standing(of.wrong)
    assert (now(of.wrong).received_fen, now(of.wrong).state) == (250, "partly")
    assert sum(recovered for _left, recovered in only[3]) == 250
    assert make.broken() == []


def test_money_that_is_promised_again_stays_where_it_is(of):
    mistaken(of)
    correction = asked(of)
    free = sum(pot.free_fen for pot in Budget.objects.all())
    funds = list(Budget.objects.values_list("fund_id", flat=True))
    reserve_from(
        "elsewhere", district=of.district, year=ON.year, amount_fen=free, fund_order=funds, on=make.MUCH_LATER
    )
    with pytest.raises(Refused) as refusal:
        sign_correction(of.checker, correction, on=make.MUCH_LATER)
    assert {problem.code for problem in refusal.value.problems} == {"budget_promised"}
    assert now(of.wrong).state == "repaid"
    # What was promised elsewhere is no claim's.
    assert [number for number, _rows in make.broken()] == ["I7f"]


def test_it_is_undone_once(of):
    mistaken(of)
    first = asked(of)
    with pytest.raises(Refused) as refusal:
        asked(of)
    assert refusal.value.code == "correction_under_way"
    sign_correction(of.checker, first, on=make.MUCH_LATER)
    with pytest.raises(NotFound):
        asked(of)
    with pytest.raises(Conflict):
        sign_correction(of.checker, first, on=make.MUCH_LATER)
    assert UndoneReceipt.objects.count() == 1


def test_a_receipt_that_the_books_do_not_hold_is_examined_first(of):
    from apps.ledger.models import Transaction

    receipt = mistaken(of)
    reversed_by(Transaction.objects.get(key=receipt.ledger_key), "by-mistake", make.MUCH_LATER, "误冲")
    with pytest.raises(Refused) as refusal:
        asked(of)
    assert [problem.code for problem in refusal.value.problems] == ["not_in_the_books"]


def test_in_a_closed_month_it_is_posted_on_the_first_open_day_and_received_there_too(of):
    mistaken(of)
    make.run(AFTER)
    close_batch(of.maker, PaymentBatch.objects.get(), on=AFTER)
    propose_closing(accounts.actor(Role.FINANCE_OFFICER), ON.replace(day=1), on=AFTER)
    close_period(accounts.actor(Role.CITY_OFFICER), ON.replace(day=1), on=AFTER)
    done = undone(of, on=AFTER)
    first = date(ON.year, ON.month + 1, 1)
    assert (done.posted.on, UndoneReceipt.objects.get().undone_on) == (first, first)
    again = match_recovery(of.maker, line(), of.right, on=AFTER).receipt
    assert again.received_on == first
    assert make.broken() == []


def test_what_had_been_written_off_is_written_off_again(of):
    paper = {"document": "决定〔2023〕2号", "reason": "企业注销", "upload": make.document()}
    request = write_off.request_write_off(
        of.maker, of.wrong, amount_fen=of.wrong.amount_fen, on=make.MUCH_LATER, **paper
    )
    write_off.sign_write_off(of.signer, request, on=make.MUCH_LATER)
    before = standing(of.wrong)
    assert now(of.wrong).claim.state == "written_off"
    mistaken(of)
    assert now(of.wrong).claim.state == "settled"
    undone(of)
    after = standing(of.wrong)
    assert after == before
    assert make.broken() == []


def test_a_write_off_of_the_rest_stands_and_the_money_is_owed_again(of):
    half = of.wrong.amount_fen // 2
    hand = by_hand(of, of.wrong, half)
    paper = {"document": "决定〔2023〕2号", "reason": "企业注销", "upload": make.document()}
    rest = of.wrong.amount_fen - half
    request = write_off.request_write_off(of.maker, of.wrong, amount_fen=rest, on=make.MUCH_LATER, **paper)
    write_off.sign_write_off(of.signer, request, on=make.MUCH_LATER)
    make.run()
    make.corrected(of, make.standing()["receipt_unseen"], "undo_receipt")
    fresh = now(of.wrong)
    assert (fresh.open_fen, fresh.written_off_fen, fresh.state) == (half, rest, "partly")
    assert fresh.claim.state == "recovering"
    assert hand.undone.undone_on == hand.received_on
    assert make.broken() == []


def by_hand(of, recovery: Recovery, fen: int, serial: str = "HAND1") -> RecoveryReceipt:
    about = {"bank_serial": serial, "key": f"{serial}-{recovery.pk}", "on": make.MUCH_LATER}
    return receive_recovery(of.maker, recovery, amount_fen=fen, received_on=DAY, **about)


def test_a_receipt_that_no_statement_shows_is_undone_from_its_difference(of):
    before = standing(of.right)
    by_hand(of, of.right, 100)
    make.run()
    done = make.corrected(of, make.standing()["receipt_unseen"], "undo_receipt")
    assert (done.receipt.bank_serial, done.recovery) == ("HAND1", of.right)
    assert standing(of.right) == before
    make.run()
    assert set(make.standing()) == {"line_in"}
    assert by_hand(of, of.wrong, 50).instead_of == done.receipt
    assert make.broken() == []


def test_a_difference_whose_receipt_found_its_movement_meanwhile_is_left_alone(of):
    serial = line().bank_serial
    by_hand(of, of.wrong, of.wrong.amount_fen, serial)
    make.run()
    assert StatementMatch.objects.get(line=line()).rule == "own_serial"
    undone(of)
    make.run()
    assert not StatementMatch.objects.filter(line=line()).exists(), "no rule matches it with what was undone"


def test_the_name_of_a_notice_misleads_once_only(of):
    of.bank.receive(
        of.account.account_number, 7, DAY + timedelta(days=1), reference=of.wrong.number, payer="甲"
    )
    make.stated(of, DAY + timedelta(days=1), DAY + timedelta(days=1))
    found = StatementLine.objects.get(reference=of.wrong.number)
    wanted = Wanted(kind="undo_receipt", document="函", explanation="写错文号")
    correction = request_undoing(of.maker, found, wanted, upload=make.document(), on=make.MUCH_LATER)
    sign_correction(of.checker, correction, on=make.MUCH_LATER)
    match_open_lines(of.maker, of.account.pk, on=make.MUCH_LATER)
    assert not StatementMatch.objects.filter(line=found).exists()
    assert now(of.wrong).received_fen == 0


# Instalments. ---------------------------------------------------------------------------------------


def agreed(of, recovery: Recovery, count: int = 3) -> InstalmentAgreement:
    schedule = equal_schedule(now(recovery).open_fen, count, make.MUCH_LATER + timedelta(days=10))
    asked_for = agree_instalments.request_agreement(
        of.maker,
        now(recovery),
        schedule=schedule,
        document="协议",
        upload=make.document(),
        on=make.MUCH_LATER,
    )
    return agree_instalments.sign_agreement(of.signer, asked_for, on=make.MUCH_LATER)


def test_an_agreement_that_the_money_fulfilled_holds_again(of):
    agreement = agreed(of, of.wrong)
    before = standing(of.wrong)
    mistaken(of)
    agreement.refresh_from_db()
    assert agreement.state == "ended"
    undone(of)
    agreement.refresh_from_db()
    assert (agreement.state, standing(of.wrong)) == ("in_force", before)


def test_an_agreement_has_its_deadline_back(of):
    agreement = agreed(of, of.right, count=2)
    first = agreement.instalments.first()
    hand = by_hand(of, of.right, first.amount_fen)
    assert now(of.right).due_on > first.due_on
    make.run()
    make.corrected(of, make.standing()["receipt_unseen"], "undo_receipt")
    assert (hand.agreement, now(of.right).due_on) == (agreement, first.due_on)


def test_an_agreement_over_what_the_money_left_lapses(of):
    by_hand(of, of.right, 100)
    agreement = agreed(of, of.right)
    due_on = now(of.right).due_on
    make.run()
    make.corrected(of, make.standing()["receipt_unseen"], "undo_receipt")
    agreement.refresh_from_db()
    assert (agreement.state, now(of.right).due_on) == ("lapsed", due_on)
    assert Notice.objects.filter(code="payouts.instalmentagreement.lapse").count() == 3
    assert agreed(of, of.right).amount_fen == of.right.amount_fen


# Who, and by which way. -----------------------------------------------------------------------------


def test_only_finance_of_the_district_asks_and_signs(of):
    mistaken(of)
    with pytest.raises(Forbidden):
        asked(of, actor=of.signer)
    with pytest.raises(NotFound):
        asked(of, actor=make.outsider())
    with pytest.raises(Forbidden):
        sign_correction(of.signer, asked(of), on=make.MUCH_LATER)


def test_finance_asks_on_the_page_of_the_movement_and_another_person_signs(of):
    receipt = mistaken(of)
    clients = [
        accounts.client_of(Membership.objects.get(pk=who.membership_id)) for who in (of.maker, of.checker)
    ]
    address = reverse("desk:movement_undo", args=[line().pk])
    statement = clients[0].get(reverse("desk:statement_detail", args=[line().statement_id])).content.decode()
    assert address in statement
    assert of.wrong.number in clients[0].get(address).content.decode()
    assert clients[0].post(address, {"document": "函"}).status_code == 422
    given = {"document": "函", "explanation": "另一家", "file": make.document()}
    made = clients[0].post(address, given)
    correction = Correction.objects.get()
    assert made.headers["Location"] == reverse("desk:correction", args=[correction.pk])
    pages = [client.get(made.headers["Location"]).content.decode() for client in clients]
    assert [("another-person" in page, 'value="sign"' in page) for page in pages] == [
        (True, False),
        (False, True),
    ]
    sign_correction(of.checker, correction, on=make.MUCH_LATER)
    page = clients[0].get(reverse("desk:recovery_detail", args=[receipt.recovery_id])).content.decode()
    assert "<s>" in page
    assert "另一家" in page


def test_a_claim_is_not_moved_back_by_hand(of):
    mistaken(of)
    claim = Claim.objects.get(pk=of.wrong.claim_id)
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    page = client.get(reverse("desk:claim_review", args=[claim.pk])).content.decode()
    assert 'value="undo_receipt"' not in page
