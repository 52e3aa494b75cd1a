"""Attacks on who may be trained at all: plans, classes, trainings of a year, institutions that are halted."""

from datetime import date

from apps.apprentices.models import Enrolment, TrainingClass
from apps.apprentices.services import withdraw_enrolment
from apps.casework.engine import Opinion
from apps.institutions.services import suspend
from apps.plans.services import end_plan
from apps.training.enums import SessionSide
from apps.training.services.storing import store_many
from tests.factories import apprentices, numbers, training
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.faults.attacks import acted, run
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import Town

LEFT = Opinion(reason="个人原因")
NEXT_YEAR = date(2024, 1, 8)


def _left(number: str, on: date) -> Enrolment:
    """Somebody was enrolled and left on the same day."""
    shop = apprentices.workshop(headcount=1)
    entry = apprentices.entry(id_number=number, contract_to="2027-12-31")
    record = apprentices.enrolled_class(shop, [entry], on=on).enrolments.get()
    return withdraw_enrolment(shop.clerk, record, on=on, opinion=LEFT)


def fourth_training_of_a_year(_town: Town, _owner: Owner) -> None:
    number = numbers.id_number()
    for _time in range(3):
        _left(number, ON)
    run("UPDATE apprentices_enrolment SET set_up_on = %s WHERE id = %s", ON, _left(number, NEXT_YEAR).pk)


def end_a_plan_in_training(town: Town, _owner: Owner) -> None:
    with acted(town.city_officer, "end"):
        run("UPDATE plans_plan SET state = 'ended' WHERE id = %s", town.shops[0].money.shop.plan.pk)


def open_a_class_of_an_ended_plan(town: Town, _owner: Owner) -> None:
    shop = apprentices.workshop()
    end_plan(town.city_officer, shop.plan, on=FIRST_DAY, opinion=Opinion(reason="转产"))
    with acted(shop.clerk, "create"):
        TrainingClass.objects.create(
            number="attack", name="attack", plan=shop.plan, line=shop.line, enterprise=shop.enterprise,
            institution=shop.institution, district_id=shop.plan.district_id,
            policy_document_id=shop.plan.policy_document_id, starts_on=ON, ends_on=ON.replace(year=2025),
            created_by_id=shop.clerk.user_id,
        )  # fmt: skip


def _halted(town: Town) -> make.Money:
    """The institution of the third class is suspended."""
    money = town.shops[2].money
    suspend(town.city_officer, money.training_class.institution, "师资不足", on=FIRST_DAY, since=ON)
    return money


def teach_while_halted(town: Town, _owner: Owner) -> None:
    money = _halted(town)
    report = training.facts(money, SessionSide.INSTITUTION, day=10)
    store_many(money.operator_of_institution, money.training_class, SessionSide.INSTITUTION, [report])


def assess_while_halted(town: Town, _owner: Owner) -> None:
    money = _halted(town)
    make.result(money, money.enrolments()[0], "passed", on=FIRST_DAY)


def one_more_than_the_plan(town: Town, _owner: Owner) -> None:
    """Seats of a plan that were not approved."""
    line = town.shops[2].money.shop.line
    run("UPDATE apprentices_lineseats SET taken = seats + 1 WHERE line_id = %s", line.pk)
