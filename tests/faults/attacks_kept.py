"""Attacks on what money rests on: lines, movements and their payments, results, years, paying accounts."""

from datetime import timedelta
from unittest.mock import patch

from apps.banking.models import BatchEntry, PayingAccount, StatementLine, StatementMatch
from apps.banking.models.account import PayingAccountQuerySet
from apps.banking.services.build_batch import build_batch
from apps.banking.services.paying_accounts import enter_paying_account, retire_paying_account
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import ClaimLine
from apps.claims.services.compute_claim import compute_claim
from apps.payouts.services.record_payment import record_failure
from tests.factories import claims as make
from tests.factories import numbers
from tests.faults.attacks import acted, copy_row, released, run, sent
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import DISTRICT, PROFILE, Town

NOWHERE = 10**12


# Lines and results.


def _drafted(town: Town) -> ClaimLine:
    """A line of the third class's draft."""
    shop = town.shops[2]
    claim = compute_claim(shop.money.clerk, shop.money.training_class, ClaimKind.ADVANCE, on=FIRST_DAY)
    return ClaimLine.objects.filter(claim=claim).earliest("id")


def claim_without_a_calculation(town: Town, _owner: Owner) -> None:
    """An amount that nothing was computed for."""
    line = _drafted(town)
    line.delete()
    line.pk, line.calculation_id, line._state.adding = None, NOWHERE, True
    line.save(force_insert=True)


def give_a_line_away(town: Town, _owner: Owner) -> None:
    """A line of a draft becomes one that nothing was computed for."""
    run("UPDATE claims_claimline SET calculation_id = %s WHERE id = %s", NOWHERE, _drafted(town).pk)


def take_a_line_out(town: Town, _owner: Owner) -> None:
    """Of a claim that waits for its signature."""
    run(
        "DELETE FROM claims_claimline WHERE id = (SELECT min(id) FROM claims_claimline WHERE claim_id = %s)",
        town.shops[1].claim_id,
    )


def add_a_line(town: Town, _owner: Owner) -> None:
    """To a claim that waits for its signature; its instalment is freed, so that no key stands against it."""
    copy_row(
        "claims_claimline",
        f"id = (SELECT min(id) FROM claims_claimline WHERE claim_id = {town.shops[1].claim_id})",
        voided_at="now()",
    )


def _result(town: Town) -> int:
    """Somebody of the first class failed."""
    money = town.shops[0].money
    return make.result(money, money.enrolments()[0], "failed", on=FIRST_DAY).pk


def remove_a_result(town: Town, _owner: Owner) -> None:
    run("DELETE FROM training_assessment WHERE id = %s", _result(town))


def improve_a_result(town: Town, _owner: Owner) -> None:
    """A claim rests on it, and is handed in."""
    pk = _result(town)
    run("UPDATE training_assessment SET locked_at = now() WHERE id = %s", pk)
    run("UPDATE training_assessment SET result = 'passed' WHERE id = %s", pk)


def sign_out_of_another_year(town: Town, _owner: Owner) -> None:
    """The money is promised out of the budget of the year before."""
    with acted(town.supervisor, "sign"):
        run(
            "UPDATE claims_claim SET state = 'approved', approved_on = %s, year = year - 1 WHERE id = %s",
            FIRST_DAY, town.shops[1].claim_id,
        )  # fmt: skip


def revoke_what_was_released(town: Town, _owner: Owner) -> None:
    """The bank refused the order, and the budget that it used is never seen again."""
    claim = released(town).claim
    record_failure(town.finance, claim, on=FIRST_DAY, opinion=Opinion(reason="户名不符"))
    run("UPDATE claims_claimline SET voided_at = now() WHERE claim_id = %s", claim.pk)
    with acted(town.supervisor, "revoke"):
        run("UPDATE claims_claim SET state = 'rejected' WHERE id = %s", claim.pk)


def pay_with_a_claim_of_the_district(town: Town, _owner: Owner) -> None:
    """Whoever asks money back pays it out instead: nobody applied for it."""
    run("UPDATE claims_claim SET by_office = true WHERE id = %s", _drafted(town).claim_id)


def set_off_too_much_in_an_order(town: Town, _owner: Owner) -> None:
    """The order pays less than its claim comes to, and nothing was set off."""
    order = released(town)
    copy_row(
        "payouts_paymentorder", f"id = {order.pk}", number="number || 'x'", key="key || 'x'",
        state="'failed'", failure="'x'", attempt="attempt + 1", amount_fen="amount_fen - 1",
    )  # fmt: skip


# Movements and what they were found to be.


def movement_on_another_account(town: Town, _owner: Owner) -> None:
    other = _entered(town)
    line = StatementLine.objects.order_by("id").first()
    copy_row(
        "banking_statementline", f"id = {line.pk}", row='"row" + 1000', bank_serial="bank_serial || '-x'",
        paying_account_id=str(other.pk),
    )  # fmt: skip


def match_another_amount(town: Town, _owner: Owner) -> None:
    """Money of a stranger is taken for a payment that the bank says it made."""
    batch, bank = sent(town)
    take_result(town.maker, batch, bank.result(batch.number), name="回盘.csv", on=FIRST_DAY)
    stranger = town.fresh_bank()
    day = town.stated_to + timedelta(days=1)
    stranger.receive(town.account_number, 123_45, day, payer="某公司", reference="往来款")
    account = PayingAccount.objects.get(pk=town.account_id)
    content = stranger.statement(town.account_number, day, day)
    take_statement(town.maker, account, content, name="对账单.csv", on=FIRST_DAY)
    StatementMatch.objects.create(
        line=StatementLine.objects.get(amount_fen=123_45),
        entry=BatchEntry.objects.get(batch=batch),
        kind="payment",
        matched_by_id=town.finance.user_id,
    )


# Accounts that payments come from.


def _entered(town: Town) -> PayingAccount:
    """Another account, for which nobody signed."""
    return enter_paying_account(
        town.finance, profile_key=PROFILE, account_name="北京市朝阳区财政局",
        account_number=numbers.account_number(), bank_name="北京银行", district=DISTRICT,
    )  # fmt: skip


def sign_for_ones_own_account(town: Town, _owner: Owner) -> None:
    """Whoever entered it signs as well, and pays from it."""
    order, account = released(town), _entered(town)
    run(
        "UPDATE banking_payingaccount SET confirmed_on = %s, confirmed_by_id = entered_by_id,"
        " confirmer_id = enterer_id WHERE id = %s",
        FIRST_DAY, account.pk,
    )  # fmt: skip
    account.refresh_from_db()
    build_batch(town.maker, account, district=DISTRICT, orders=[order.pk], pay_on=FIRST_DAY, on=FIRST_DAY)


def change_a_signed_account(town: Town, _owner: Owner) -> None:
    """Payments would leave from an account that nobody signed for."""
    index = PayingAccount.objects.get(pk=_entered(town).pk).account_index
    PayingAccount.objects.exclude(pk=town.account_id).update(retired_on=FIRST_DAY)
    run("UPDATE banking_payingaccount SET account_index = %s WHERE id = %s", index, town.account_id)


def use_an_account_again(town: Town, _owner: Owner) -> None:
    """One that was taken out of use pays again."""
    account = retire_paying_account(town.maker, PayingAccount.objects.get(pk=town.account_id), on=FIRST_DAY)
    run("UPDATE banking_payingaccount SET retired_on = NULL WHERE id = %s", account.pk)


def pay_from_an_unsigned_account(town: Town, _owner: Owner) -> None:
    order, account = released(town), _entered(town)
    with patch.object(PayingAccountQuerySet, "in_use", lambda rows: rows):
        build_batch(town.maker, account, district=DISTRICT, orders=[order.pk], pay_on=FIRST_DAY, on=FIRST_DAY)
