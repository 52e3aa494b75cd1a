"""A recovery is repaid in instalments by an agreement of two persons; a missed one makes the rest due."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.casework.models import History, Notice
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.payouts import instalments
from apps.payouts.instalments import equal_schedule, months_later, standing_of
from apps.payouts.models import Instalment, InstalmentAgreement, Recovery, RecoveryOffset
from apps.payouts.services import agree_instalments as service
from apps.payouts.services import write_off
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.recoveries import LATER, owed, paper, received, signed_later, supervisor_of
from tests.payouts.test_set_off import broken, release
from tests.payouts.test_write_off import asked as asked_to_write_off

pytestmark = pytest.mark.django_db
FIRST = date(2023, 5, 10)


def asked(of, recovery, *, count=4, actor=None, schedule=None, **more) -> InstalmentAgreement:
    wanted = {"document": "分期还款协议〔2023〕1号", "upload": paper()} | more
    return service.request_agreement(
        actor or of.finance,
        recovery,
        schedule=schedule or equal_schedule(recovery.open_fen, count, FIRST),
        on=LATER,
        **wanted,
    )


def agreed(of, recovery, *, count=4) -> InstalmentAgreement:
    return service.sign_agreement(supervisor_of(of), asked(of, recovery, count=count), on=LATER)


def now(recovery) -> Recovery:
    recovery.refresh_from_db()
    return recovery


def test_equal_instalments_are_whole_yuan_and_the_last_takes_the_rest():
    assert equal_schedule(100_000_01, 3, date(2023, 1, 31)) == [
        (date(2023, 1, 31), 33_333_00),
        (date(2023, 2, 28), 33_333_00),
        (date(2023, 3, 31), 33_334_01),
    ]
    assert months_later(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert sum(fen for _day, fen in equal_schedule(7, 4, FIRST)) == 7


def test_the_days_of_the_agreement_hold_from_the_second_signature():
    of = make.money(people=1)
    recovery = owed(of)
    before = recovery.due_on
    asked(of, recovery)
    assert now(recovery).due_on == before
    service.sign_agreement(supervisor_of(of), InstalmentAgreement.objects.get(), on=LATER)
    assert now(recovery).due_on == FIRST
    assert recovery.claim.deadline_on == FIRST
    assert recovery.first_due_on == before


def test_the_deadline_moves_on_with_each_instalment_that_is_repaid():
    of = make.money(people=1)
    recovery = owed(of)
    agreement = agreed(of, recovery)
    rows = list(agreement.instalments.all())
    received(of, recovery, rows[0].amount_fen - 1, "S1")
    assert now(recovery).due_on == rows[0].due_on
    received(of, recovery, 1 + rows[1].amount_fen, "S2")
    assert now(recovery).due_on == rows[2].due_on
    assert [row.whole for row in standing_of(agreement, recovery.open_fen)] == [True, True, False, False]


def test_an_agreement_ends_with_the_last_fen():
    of = make.money(people=1)
    recovery = owed(of)
    agreement = agreed(of, recovery)
    received(of, recovery, recovery.amount_fen, "S1")
    agreement.refresh_from_db()
    assert (agreement.state, now(recovery).state) == ("ended", "repaid")
    assert broken() == set()


def test_a_missed_instalment_makes_the_whole_rest_due_and_all_are_told():
    of = make.money(people=1)
    recovery = owed(of)
    agreement = agreed(of, recovery)
    first, second = agreement.instalments.all()[:2]
    received(of, recovery, first.amount_fen, "S1")
    # Three working days of grace: the day is a Saturday.
    assert second.due_on == date(2023, 6, 10)
    assert service.break_missed(date(2023, 6, 14)) == 0
    assert service.break_missed(date(2023, 6, 15)) == 1
    assert service.break_missed(date(2023, 6, 15)) == 0
    agreement.refresh_from_db()
    assert (agreement.state, now(recovery).due_on) == ("broken", second.due_on)
    assert History.objects.of(agreement).last().role == "system"
    told = Notice.objects.filter(code="payouts.instalmentagreement.break").values_list("role", flat=True)
    assert {Role.ENTERPRISE_OPERATOR, Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR} == set(told)


def test_a_city_may_leave_the_agreement_standing(monkeypatch):
    of = make.money(people=1)
    agreement = agreed(of, owed(of))
    monkeypatch.setattr(service, "recovery_rule", lambda *_asked: "instalment_only")
    assert service.break_missed(date(2024, 1, 1)) == 0
    agreement.refresh_from_db()
    assert agreement.state == "in_force"


def test_after_a_broken_agreement_another_one_can_be_made():
    of = make.money(people=1)
    recovery = owed(of)
    agreed(of, recovery)
    service.break_missed(date(2023, 6, 1))
    again = service.request_agreement(
        of.finance,
        recovery,
        schedule=equal_schedule(recovery.open_fen, 2, date(2023, 7, 1)),
        document="协议2",
        upload=paper(),
        on=date(2023, 6, 2),
    )
    assert service.sign_agreement(supervisor_of(of), again, on=date(2023, 6, 2)).state == "in_force"


def test_a_later_claim_repays_only_what_of_the_agreement_is_due():
    of = make.money(people=1)
    recovery = owed(of)
    agreement = agreed(of, recovery)
    claim = signed_later(of, people=2)
    release(of, claim, on=FIRST - timedelta(days=1))
    assert not RecoveryOffset.objects.exists()
    release(of, signed_later(of, people=2), on=FIRST)
    assert RecoveryOffset.objects.get().amount_fen == agreement.instalments.first().amount_fen
    assert now(recovery).due_on == agreement.instalments.all()[1].due_on
    assert broken() == set()


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        (lambda fen: [(FIRST, fen)], "count"),
        (lambda fen: equal_schedule(fen, 13, LATER), "count"),
        (lambda fen: [(FIRST, fen - 1), (FIRST, 1)], "days"),
        (lambda fen: [(FIRST, fen), (FIRST + timedelta(days=1), 0)], "amount"),
        (lambda fen: [(LATER - timedelta(days=1), 1), (FIRST, fen - 1)], "days"),
        (lambda fen: [(FIRST, 1), (LATER + timedelta(days=400), fen - 1)], "days"),
        (lambda fen: [(FIRST, 1), (FIRST + timedelta(days=1), fen)], "total"),
    ],
)
def test_a_schedule_beyond_the_city_s_rules_is_refused(schedule, code):
    of = make.money(people=1)
    recovery = owed(of)
    with pytest.raises(InvalidInput) as refusal:
        asked(of, recovery, schedule=schedule(recovery.open_fen))
    assert code in {problem.code for problem in refusal.value.problems}


def test_the_enterprise_asks_for_itself_and_nobody_else_does():
    of, other = make.money(people=1), make.money(people=1)
    recovery = owed(of)
    for stranger, error in ((of.reviewer, Forbidden), (other.clerk, NotFound)):
        with pytest.raises(error):
            asked(of, recovery, actor=stranger)
    for missing in ({"document": ""}, {"upload": None}):
        with pytest.raises(InvalidInput):
            asked(of, recovery, **missing)
    assert asked(of, recovery, actor=of.clerk).state == "submitted"
    with pytest.raises(Conflict):
        asked(of, recovery)


def test_who_asks_does_not_sign_and_the_database_says_so_too():
    of = make.money(people=1)
    agreement = asked(of, owed(of))
    person = accounts.Person.objects.get(pk=of.finance.person_id)
    same = accounts.actor(
        Role.DISTRICT_SUPERVISOR, district=of.training_class.district, user=accounts.user(person=person)
    )
    with pytest.raises(Refused) as refusal:
        service.sign_agreement(same, agreement, on=LATER)
    assert refusal.value.code == "segregation"
    with pytest.raises(DatabaseError), transaction.atomic():
        InstalmentAgreement.objects.update(signed_by=person, signed_on=LATER, state="in_force")


def test_what_came_in_before_the_signature_asks_for_a_new_agreement(monkeypatch):
    of = make.money(people=1)
    recovery = owed(of)
    agreement = asked(of, recovery)
    received(of, recovery, 1, "S1")
    with pytest.raises(Refused) as refusal:
        service.sign_agreement(supervisor_of(of), agreement, on=LATER)
    assert refusal.value.problems[0].code == "amount_changed"
    monkeypatch.setattr(service, "missing_for_agreement", lambda *_asked: iter(()))
    with pytest.raises(DatabaseError, match="make up what is open"), transaction.atomic():
        service.sign_agreement(supervisor_of(of), agreement, on=LATER)


def test_the_instalments_stay_as_they_were_handed_on():
    of = make.money(people=1)
    agreement = asked(of, owed(of))
    with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
        Instalment.objects.create(agreement=agreement, position=9, due_on=date(2023, 12, 1), amount_fen=1)
    for change in (
        lambda: Instalment.objects.update(amount_fen=1),
        lambda: Instalment.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="write another"), transaction.atomic():
        InstalmentAgreement.objects.update(amount_fen=1)


def test_while_an_agreement_runs_only_the_whole_rest_is_written_off():
    of = make.money(people=1)
    recovery = owed(of)
    agreement = agreed(of, recovery)
    with pytest.raises(Refused) as refusal:
        asked_to_write_off(of, recovery, 1)
    assert refusal.value.problems[0].code == "agreement_in_force"
    write_off.sign_write_off(supervisor_of(of), asked_to_write_off(of, recovery), on=LATER)
    agreement.refresh_from_db()
    assert agreement.state == "ended"


def test_an_agreement_is_refused_or_withdrawn_with_a_reason():
    of = make.money(people=1)
    recovery = owed(of)
    opinion = Opinion(reason="金额有误")
    service.withdraw_agreement(of.finance, asked(of, recovery), on=LATER, opinion=opinion)
    service.refuse_agreement(supervisor_of(of), asked(of, recovery), on=LATER, opinion=opinion)
    assert instalments.agreement_in_force(recovery) is None
