"""What an enterprise owes is set off against what a later claim pays it: once, whole, and in the books."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from apps.accounts.models import Membership
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim, Entitlement
from apps.core.errors import Conflict
from apps.core.invariants import audit
from apps.ledger import services as ledger
from apps.ledger.models import Transaction
from apps.ledger.selectors import trial_balance
from apps.payouts import offsetting
from apps.payouts.models import PaymentOrder, Recovery, RecoveryOffset
from apps.payouts.offsetting import preview, withhold
from apps.payouts.services import release_payment as releasing
from apps.payouts.services.record_payment import record_failure, record_payment
from apps.payouts.services.record_return import record_return
from apps.payouts.services.release_payment import release_payment
from apps.payouts.tracing import trace_line
from tests.claims.test_invariants import NUMBERS
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.claims import EMPLOYMENT, SPECIAL
from tests.factories.recoveries import LATER, another_class, owed, received, signed_later

pytestmark = pytest.mark.django_db
NEXT = LATER + timedelta(days=1)


def balances() -> dict[tuple[str, str], int]:
    return {
        (row.account.pk, row.fund.pk): row.debit_fen - row.credit_fen
        for row in trial_balance()
        if row.debit_fen != row.credit_fen
    }


def broken() -> set[str]:
    numbers = [*NUMBERS, "I1", "I6a", "I7", "I5d", "I5e", "I8", "I12e"]
    return {found.invariant.number for found in audit(only=numbers) if found.violations}


def release(of, claim, on=LATER):
    return release_payment(of.finance, claim, on=on)


def test_a_later_claim_pays_what_is_left_after_the_recovery():
    of = make.money(people=1)
    recovery = owed(of)
    claim = release(of, signed_later(of, people=3))
    recovery.refresh_from_db()
    order = claim.orders.get()
    assert (order.amount_fen, order.offset_fen) == (claim.net_fen - recovery.amount_fen, recovery.amount_fen)
    assert (recovery.state, recovery.offset_fen, recovery.open_fen) == ("repaid", recovery.amount_fen, 0)
    assert recovery.claim.state == ClaimState.SETTLED
    claim = record_payment(of.finance, claim, on=LATER, paid_on=LATER, bank_serial="P1")
    found = balances()
    assert not {"recoveries", "payables"} & {account for account, _fund in found}
    assert found[("advances", SPECIAL)] == claim.net_fen
    assert make.budgets(of)[SPECIAL][2] == claim.net_fen
    assert broken() == set()


def test_a_recovery_that_is_larger_takes_the_whole_claim_and_nothing_goes_to_the_bank():
    of = make.money(people=3)
    recovery = owed(of)
    claim = release(of, signed_later(of, people=1))
    recovery.refresh_from_db()
    order = claim.orders.get()
    assert claim.state == ClaimState.SETTLED
    assert (order.state, order.amount_fen, order.offset_fen) == ("set_off", 0, claim.net_fen)
    assert (recovery.state, recovery.offset_fen) == ("partly", claim.net_fen)
    assert Entitlement.objects.get(enrolment=claim.lines.get().enrolment).paid_fen == claim.net_fen
    assert broken() == set()


def test_what_was_set_off_in_full_is_an_advance_like_any_other():
    of = make.money(people=3)
    owed(of)
    later = another_class(of)
    release(of, make.signed(later, on=LATER))
    make.evidence(later)
    make.result(later, later.enrolments()[0], "passed", certificate=True, on=LATER)
    claim = release(of, make.signed(later, ClaimKind.REMAINDER, on=LATER))
    line = claim.lines.get()
    assert line.amount_fen == line.due_fen - line.advance_fen
    assert balances()[("subsidies", SPECIAL)] == line.due_fen
    assert broken() == set()


def test_the_recovery_that_is_due_first_is_set_off_first():
    of = make.money(people=1)
    another = another_class(of)
    make.paid(of)
    make.paid(another)
    first = owed(of, paid=True)
    second = owed(another, on=NEXT, paid=True)
    Recovery.objects.filter(pk=second.pk).update(due_on=first.due_on - timedelta(days=1))
    # A class of one pays half as much as the two notices ask for.
    release(of, signed_later(of), on=NEXT)
    assert RecoveryOffset.objects.get().recovery_id == second.pk


@pytest.mark.parametrize(
    ("rules", "taken"),
    [
        ({"recovery_offset_order": "none"}, 0),
        ({"recovery_offset_order": "largest_open"}, 1),
        ({"recovery_offset_order": "oldest_issued"}, 1),
        ({"recovery_offset_from": "due_day"}, 0),
    ],
)
def test_the_rules_of_the_city_say_whether_and_in_which_order(monkeypatch, rules, taken):
    told = offsetting.recovery_rule
    monkeypatch.setattr(offsetting, "recovery_rule", lambda name, on: rules.get(name) or told(name, on))
    of = make.money(people=1)
    owed(of)
    claim = release(of, signed_later(of, people=2))
    assert RecoveryOffset.objects.count() == taken
    assert claim.orders.get().amount_fen == claim.net_fen - sum(
        RecoveryOffset.objects.values_list("amount_fen", flat=True)
    )


def test_what_is_repaid_by_then_is_not_set_off():
    of = make.money(people=1)
    recovery = owed(of)
    received(of, recovery, recovery.amount_fen - 1, "S1")
    claim = signed_later(of)
    assert [plan.amount_fen for plan in preview(claim, LATER)] == [1]
    assert release(of, claim).orders.get().offset_fen == 1


def test_another_enterprise_s_recovery_is_left_alone():
    of, other = make.money(people=1), make.money(people=1)
    owed(other)
    claim = release(of, make.signed(of, on=LATER))
    assert claim.orders.get().offset_fen == 0
    assert not RecoveryOffset.objects.exists()


def test_a_recovery_out_of_two_funds_goes_back_to_both():
    of = make.money(people=3, special_fen=10_000_00)
    recovery = owed(of)
    parts = dict(recovery.parts.values_list("fund_id", "amount_fen"))
    claim = release(of, signed_later(of, people=4))
    returned = dict(RecoveryOffset.objects.get().parts.values_list("fund_id", "returned_fen"))
    assert {fund: fen for fund, fen in returned.items() if fen} == parts
    record_payment(of.finance, claim, on=LATER, paid_on=LATER, bank_serial="P1")
    assert not {"recoveries", "payables"} & {account for account, _fund in balances()}
    assert broken() == set()


def test_a_fund_gives_up_its_own_payment_before_another_s():
    nets = {"a": 60, "b": 50, "c": -10}
    assert withhold(nets, [("b", 70)]) == {"b": 50, "a": 20}
    assert nets == {"a": 40, "b": 0, "c": -10}
    with pytest.raises(ValueError, match="more would be set off"):
        withhold(nets, [("b", 41)])


def test_a_payment_that_fails_keeps_its_set_off_and_is_released_over_the_same_rest():
    of = make.money(people=1)
    recovery = owed(of)
    claim = release(of, signed_later(of, people=2))
    claim = record_failure(of.finance, claim, on=LATER, opinion=Opinion(reason="账号户名不符"))
    claim = release(of, claim)
    rests = list(claim.orders.order_by("attempt").values_list("amount_fen", "offset_fen", "state"))
    rest = claim.net_fen - recovery.amount_fen
    assert rests == [(rest, recovery.amount_fen, "failed"), (rest, recovery.amount_fen, "released")]
    assert RecoveryOffset.objects.count() == 1
    assert broken() == set()


def test_a_second_attempt_sets_off_what_has_come_to_be_owed_meanwhile():
    of = make.money(people=1)
    claim = release(of, signed_later(of, people=2))
    claim = record_failure(of.finance, claim, on=LATER, opinion=Opinion(reason="账号户名不符"))
    recovery = owed(of)
    claim = release(of, claim)
    assert claim.orders.get(attempt=2).amount_fen == claim.net_fen - recovery.amount_fen
    assert broken() == set()


def test_a_payment_that_comes_back_leaves_the_set_off_standing():
    of = make.money(people=1)
    recovery = owed(of)
    claim = release(of, signed_later(of, people=2))
    claim = record_payment(of.finance, claim, on=LATER, paid_on=LATER, bank_serial="P1")
    claim = record_return(
        of.finance, claim, on=LATER, returned_on=LATER, opinion=Opinion(reason="账户已销户")
    )
    recovery.refresh_from_db()
    assert (claim.state, recovery.state) == (ClaimState.APPROVED, "repaid")
    assert broken() == set()
    claim = release(of, claim)
    claim = record_payment(of.finance, claim, on=LATER, paid_on=LATER, bank_serial="P2")
    assert claim.orders.get(attempt=2).amount_fen == claim.net_fen - recovery.amount_fen
    assert balances()[("cash", SPECIAL)] == 10_000_000_00 - claim.net_fen
    assert broken() == set()


def test_released_twice_it_is_set_off_once():
    of = make.money(people=3)
    owed(of)
    claim = signed_later(of)
    release(of, claim)
    with pytest.raises(Conflict):
        release(of, claim)
    assert RecoveryOffset.objects.count() == 1
    assert Transaction.objects.filter(kind="offset").count() == 1


def test_the_trace_of_a_line_tells_what_was_set_off():
    of = make.money(people=1)
    recovery = owed(of)
    claim = release(of, signed_later(of, people=2))
    paying = trace_line(claim.lines.first())
    assert [(row.recovery.number, row.amount_fen) for row in paying.offsets] == [
        (recovery.number, recovery.amount_fen)
    ]
    owing = trace_line(recovery.claim.lines.get())
    assert [row.claim.number for row in owing.offsets] == [claim.number]
    for trace in (paying, owing):
        assert f"offset:{paying.offsets[0].pk}" in {leg.transaction.key for leg in trace.legs}


def add_offset(claim, recovery, fen, attempt=1, **more):
    values = {"set_off_on": LATER, "set_off_by_id": more.pop("by"), **more}
    return RecoveryOffset.objects.create(
        claim=claim, recovery=recovery, amount_fen=fen, attempt=attempt, **values
    )


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refused(name):
    return pytest.raises(DatabaseError, match=name)


def test_the_database_sets_nothing_off_against_a_claim_that_is_not_being_released():
    of, other = make.money(people=3), make.money(people=1)
    recovery, by = owed(of), of.finance.user_id
    claim, foreign = signed_later(of), make.signed(other, on=LATER)
    with refused("no more"), transaction.atomic():
        add_offset(foreign, recovery, 1, by=by)
    with refused("no more"), transaction.atomic():
        add_offset(claim, recovery, claim.net_fen + 1, by=by)
    release(of, claim)
    with refused("no more"), transaction.atomic():
        add_offset(claim, recovery, 1, attempt=2, by=by)


def test_the_database_takes_no_more_than_is_owed_and_nothing_twice():
    of = make.money(people=1)
    recovery, by = owed(of), of.finance.user_id
    claim = signed_later(of, people=2)
    with refused("recovery_within_its_amount"), transaction.atomic():
        add_offset(claim, recovery, recovery.amount_fen + 1, by=by)
    with refused("set_off_once"), transaction.atomic():
        add_offset(claim, recovery, 1, by=by)
        add_offset(claim, recovery, 1, by=by)


def test_the_database_lets_no_order_pay_more_than_is_left(monkeypatch):
    of = make.money(people=1)
    owed(of)
    claim = signed_later(of, people=2)
    monkeypatch.setattr(releasing, "set_off", lambda *_a, **_k: 0)
    with refused("less what was set off"), transaction.atomic():
        release(of, claim)


def test_the_database_changes_no_order_s_amount_afterwards():
    of = make.money(people=1)
    claim = release(of, make.signed(of))
    with refused("less what was set off"), transaction.atomic():
        PaymentOrder.objects.filter(claim=claim).update(amount_fen=1)


def test_nobody_counts_by_hand_what_came_back():
    of = make.money(people=1)
    recovery = owed(of)
    for change in ({"offset_fen": 1}, {"received_fen": 1}, {"written_off_fen": 1}, {"state": "repaid"}):
        with refused("counted from its rows"), transaction.atomic():
            Recovery.objects.filter(pk=recovery.pk).update(**change)
    with refused("stays as it was issued"), transaction.atomic():
        Recovery.objects.filter(pk=recovery.pk).update(amount_fen=1)
    with refused("never deleted"), transaction.atomic():
        run(f"DELETE FROM payouts_recovery WHERE id = {recovery.pk}")


def test_a_set_off_is_never_edited_or_taken_away():
    of = make.money(people=1)
    owed(of)
    release(of, signed_later(of, people=2))
    for verb in ("UPDATE payouts_recoveryoffset SET amount_fen = 1", "DELETE FROM payouts_recoveryoffset"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(verb)


def test_where_one_fund_pays_what_another_gets_back_the_money_moves_between_them():
    """The recovery came out of the first fund; the later claim is paid out of the second alone."""
    of = make.money(people=1, special_fen=16_000_00, employment_fen=10_000_000_00)
    recovery = owed(of)
    fund = recovery.parts.get().fund_id
    assert fund == SPECIAL
    before = balances()
    # What was freed of the first fund is promised elsewhere by now.
    free = make.budgets(of)[SPECIAL]
    ledger.reserve(
        "elsewhere",
        district=of.training_class.district_id,
        year=LATER.year,
        splits=[(SPECIAL, free[0] - free[1] - free[2])],
        on=LATER,
    )
    release(of, signed_later(of, people=2))
    parts = {
        row.fund_id: (row.drawn_fen, row.returned_fen) for row in RecoveryOffset.objects.get().parts.all()
    }
    assert parts == {SPECIAL: (0, recovery.amount_fen), EMPLOYMENT: (recovery.amount_fen, 0)}
    found = balances()
    moved = {fund: found[("cash", fund)] - before[("cash", fund)] for fund in (SPECIAL, EMPLOYMENT)}
    assert moved == {SPECIAL: recovery.amount_fen, EMPLOYMENT: -recovery.amount_fen}
    assert broken() == set()


def test_a_claim_knows_nothing_of_set_offs_before_it_is_released():
    of = make.money(people=1)
    owed(of)
    claim = signed_later(of)
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.APPROVED
    assert [plan.amount_fen for plan in preview(claim, LATER)]
    assert not RecoveryOffset.objects.exists()


def test_the_history_of_a_claim_that_was_set_off_is_in_the_language_of_each_reader():
    of = make.money(people=1)
    recovery = owed(of)
    release(of, signed_later(of, people=3))
    page = accounts.client_of(Membership.objects.get(pk=of.supervisor.membership_id))
    address = reverse("desk:claim_review", args=[recovery.claim_id])
    for language, there, not_there in (
        ("en", "Set off against claim", "抵扣"),
        ("zh-hans", "抵扣", "Set off against"),
    ):
        page.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        told = page.get(address).content.decode()
        assert there in told[told.index("timeline") :]
        assert not_there not in told[told.index("timeline") :]
        assert "[[payouts" not in told
