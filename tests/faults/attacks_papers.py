"""Attacks on what two persons decide: write-offs, instalments, budgets, corrections."""

from datetime import timedelta
from typing import Any

from apps.apprentices.models import Enrolment
from apps.apprentices.services import withdraw_enrolment
from apps.banking.models import PayingAccount
from apps.banking.services.take_statement import take_statement
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import clock
from apps.core.models import Job, JobState
from apps.ledger.models import Budget
from apps.payouts.models import BudgetRequest, InstalmentAgreement, Recovery, RecoveryWriteOff
from apps.payouts.services.agree_instalments import request_agreement
from apps.payouts.services.request_budget import Wanted, request_budget, sign_request
from apps.payouts.services.sign_recovery import sign_recovery
from apps.payouts.services.write_off import request_write_off
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.services import correct
from apps.reconciliation.services.reconcile import reconcile
from tests.factories.recoveries import paper as document
from tests.faults.attacks import acted, copy_row, run
from tests.faults.attacks_bank import MANY, _at_once, _one_wins
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import DISTRICT, Town

# How far things have come when the attack begins.


def owed(town: Town) -> Recovery:
    """The first class's apprentices left: their advances are to be repaid."""
    shop = town.shops[0]
    for pk in shop.enrolments:
        enrolment = Enrolment.objects.get(pk=pk)
        withdraw_enrolment(shop.money.clerk, enrolment, on=FIRST_DAY, opinion=Opinion(reason="离职"))
    claim = compute_claim(shop.money.clerk, shop.money.training_class, ClaimKind.REMAINDER, on=FIRST_DAY)
    claim = submit_claim(shop.money.clerk, claim, on=FIRST_DAY)
    claim = sign_recovery(town.supervisor, approve_claim(town.reviewer, claim, on=FIRST_DAY), on=FIRST_DAY)
    return Recovery.objects.get(claim=claim)


def write_off(town: Town, recovery: Recovery | None = None) -> RecoveryWriteOff:
    """A write-off of it, which waits for its signature."""
    found = recovery or owed(town)
    return request_write_off(
        town.finance, found, amount_fen=found.open_fen, document="京财〔2023〕9号", reason="企业注销",
        upload=document(), on=FIRST_DAY,
    )  # fmt: skip


def agreement(town: Town) -> InstalmentAgreement:
    """Two instalments, which wait for their signature."""
    found = owed(town)
    half = found.open_fen // 2
    schedule = [(FIRST_DAY, half), (FIRST_DAY + timedelta(days=9), found.open_fen - half)]
    return request_agreement(
        town.finance, found, schedule=schedule, document="分期协议", upload=document(), on=FIRST_DAY
    )


def budget_paper(town: Town) -> BudgetRequest:
    """A cut of all that is free in one fund, which waits for its signature."""
    pot = Budget.objects.get(fund="special_account")
    wanted = Wanted("cut", "special_account", DISTRICT, pot.year, pot.free_fen, "京财社〔2023〕7号")
    return request_budget(town.finance, wanted, upload=document(), on=FIRST_DAY)


def difference(town: Town) -> Break:
    """A stranger's money, found by a run of the reconciliation."""
    bank = town.fresh_bank()
    day = town.stated_to + timedelta(days=1)
    bank.receive(town.account_number, 123_45, day, payer="某公司", reference="往来款")
    account = PayingAccount.objects.get(pk=town.account_id)
    take_statement(
        town.maker, account, bank.statement(town.account_number, day, day), name="对账单.csv", on=FIRST_DAY
    )
    job = Job.objects.create(
        kind="reconciliation.run", params={}, state=JobState.RUNNING, send_after=clock.now()
    )
    reconcile(job, on=FIRST_DAY)
    return Break.objects.get(kind="line_in")


def correction(town: Town) -> Correction:
    """It is taken to suspense, and waits for the signature."""
    wanted = correct.Wanted("suspense", "银行回单", "查明", fund="special_account")
    return correct.request_correction(town.finance, difference(town), wanted, upload=document(), on=FIRST_DAY)


# Two persons.


def _sign_alone(
    town: Town, paper: Any, more: str = ", signed_on = '2023-03-24'", state: str = "signed"
) -> None:
    with acted(town.finance, "sign"):
        run(
            f"UPDATE {paper._meta.db_table} SET state = '{state}', signed_by_id = requested_by_id{more}"
            " WHERE id = %s",
            paper.pk,
        )


def write_off_alone(town: Town, _owner: Owner) -> None:
    _sign_alone(town, write_off(town))


def agree_alone(town: Town, _owner: Owner) -> None:
    _sign_alone(town, agreement(town), state="in_force")


def cut_alone(town: Town, _owner: Owner) -> None:
    _sign_alone(town, budget_paper(town), more="")


def correct_alone(town: Town, _owner: Owner) -> None:
    _sign_alone(town, correction(town))


# What stands in a paper stays; there is one at a time.


def _change(paper: Any) -> None:
    run(f"UPDATE {paper._meta.db_table} SET amount_fen = amount_fen - 1 WHERE id = %s", paper.pk)


def change_a_write_off(town: Town, _owner: Owner) -> None:
    _change(write_off(town))


def change_an_agreement(town: Town, _owner: Owner) -> None:
    _change(agreement(town))


def change_a_budget_paper(town: Town, _owner: Owner) -> None:
    _change(budget_paper(town))


def change_a_correction(town: Town, _owner: Owner) -> None:
    _change(correction(town))


def _another(town: Town, paper: Any) -> None:
    with acted(town.finance, "create"):
        copy_row(paper._meta.db_table, f"id = {paper.pk}", number="number || 'x'", state="'draft'")


def another_write_off(town: Town, _owner: Owner) -> None:
    _another(town, write_off(town))


def another_agreement(town: Town, _owner: Owner) -> None:
    _another(town, agreement(town))


def another_correction(town: Town, _owner: Owner) -> None:
    _another(town, correction(town))


# What came back is counted, and never more than is owed.


def count_by_hand(town: Town, _owner: Owner) -> None:
    run("UPDATE payouts_recovery SET received_fen = received_fen + 1 WHERE id = %s", owed(town).pk)


def write_off_too_much(town: Town, _owner: Owner) -> None:
    """One fen more than is owed is given up, past the service."""
    found = owed(town)
    with acted(town.finance, "create"):
        paper = RecoveryWriteOff.objects.create(
            number="attack", recovery=found, district_id=DISTRICT, amount_fen=found.open_fen + 1,
            document="attack", reason="attack", requested_by_id=town.finance.person_id,
        )  # fmt: skip
    with acted(town.finance, "submit"):
        run("UPDATE payouts_recoverywriteoff SET state = 'submitted' WHERE id = %s", paper.pk)
    with acted(town.finance, "sign"):
        run(
            "UPDATE payouts_recoverywriteoff SET state = 'signed', signed_on = '2023-03-24',"
            " signed_by_id = %s WHERE id = %s",
            town.supervisor.person_id,
            paper.pk,
        )


# Many at the same moment.


def write_off_at_once(town: Town, _owner: Owner) -> None:
    found = owed(town)
    _one_wins(_at_once(MANY, lambda _n: write_off(town, found)), "write_off_open")


def cut_at_once(town: Town, _owner: Owner) -> None:
    """Two cuts of all that is free are signed at the same moment."""
    papers = [budget_paper(town) for _n in range(MANY)]
    outcomes = _at_once(MANY, lambda n: sign_request(town.checker, papers[n], on=FIRST_DAY))
    _one_wins(outcomes, "incomplete")
