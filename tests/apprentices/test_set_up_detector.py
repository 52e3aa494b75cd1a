"""A record that the services would have refused is found by night: each attack, and its control."""

from datetime import date

import pytest
from django.db import connection

from apps.apprentices import checks, services
from apps.apprentices.models import Enrolment
from apps.core import invariants
from apps.core.errors import Refused
from tests.apprentices.test_governed import successor
from tests.apprentices.test_guards import without
from tests.factories import apprentices as make
from tests.factories import numbers

pytestmark = pytest.mark.django_db

AFTER = date(2023, 6, 2)


def found() -> list[str]:
    (finding,) = invariants.audit(["I15h"])
    return sorted(row["against"] for row in finding.sample)


def register_by_sql(training_class, **values) -> None:
    """What the enterprise handed in is changed behind the services before the district enrols it."""
    changes = ", ".join(f"{name} = %s" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE apprentices_enrolment SET {changes} WHERE training_class_id = %s",
            [*values.values(), training_class.pk],
        )


@pytest.fixture
def unguarded(monkeypatch):
    """The recheck at enrolment is gone."""

    def remove() -> None:
        monkeypatch.setattr(checks, "no_longer_meets", lambda *_given: ())

    return remove


def test_who_was_enrolled_by_the_services_is_nobody_s_concern(shop):
    make.enrolled_class(shop, [make.entry(), make.entry(contract_to="2099-12-31")])
    assert Enrolment.objects.filter(state="enrolled").count() == 2
    assert found() == []


def test_who_only_stands_on_a_roster_is_not_judged_yet(shop):
    training_class = make.submitted_class(shop)
    register_by_sql(training_class, insured_in_city=False)
    assert found() == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"person_status": "receives_pension"}, "excluded"),
        ({"insured_in_city": False}, "not_insured"),
        ({"contract_to": date(2023, 2, 1)}, "contract_over"),
        ({"contract_from": date(2023, 1, 1), "contract_to": date(2023, 12, 30)}, "contract_too_short"),
    ],
)
def test_what_the_recheck_refuses_is_found_once_the_recheck_is_gone(shop, unguarded, values, code):
    training_class = make.submitted_class(shop)
    register_by_sql(training_class, **values)
    with pytest.raises(Refused):
        services.approve_class(shop.officer, training_class, on=make.ON)
    unguarded()
    services.approve_class(shop.officer, training_class, on=make.ON)
    assert found() == [code]


def test_a_contract_of_exactly_the_least_length_is_fine(shop):
    training_class = make.submitted_class(shop)
    register_by_sql(training_class, contract_from=date(2023, 1, 1), contract_to=date(2023, 12, 31))
    services.approve_class(shop.officer, training_class, on=make.ON)
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "values", "code"),
    [
        ({"dispatched_workers_allowed": "no"}, {"post_kind": "劳务派遣"}, "dispatched"),
        ({"age_min": 30}, {"id_number": numbers.id_number(born=date(1995, 5, 20))}, "too_young"),
        (
            {"age_max_male": 28, "age_max_female": 28},
            {"id_number": numbers.id_number(born=date(1990, 5, 20))},
            "too_old",
        ),
    ],
)
def test_the_document_of_the_day_of_the_record_is_asked(shop, unguarded, changed, values, code):
    training_class = make.submitted_class(shop, [make.entry(contract_to="2033-12-31", **values)])
    successor(**changed)
    unguarded()
    services.approve_class(shop.officer, training_class, on=AFTER)
    assert found() == [code]


def test_what_a_later_document_asks_is_nothing_against_an_earlier_record(shop):
    make.enrolled_class(shop, [make.entry(post_kind="劳务派遣")])
    successor(dispatched_workers_allowed="no", age_min=60)
    assert found() == []


def test_the_last_day_before_the_age_is_fine_and_the_birthday_is_not(shop, unguarded):
    number = numbers.id_number(born=date(1963, 5, 20), sequence=1)
    entry = make.entry(id_number=number, contract_to="2033-12-31")
    training_class = make.submitted_class(shop, [entry])
    unguarded()
    services.approve_class(shop.officer, training_class, on=date(2023, 5, 19))
    assert found() == []


def test_it_is_found_from_the_birthday_on(shop, unguarded):
    number = numbers.id_number(born=date(1963, 5, 20), sequence=1)
    training_class = make.submitted_class(shop, [make.entry(id_number=number, contract_to="2033-12-31")])
    unguarded()
    services.approve_class(shop.officer, training_class, on=date(2023, 5, 20))
    assert found() == ["too_old"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("UPDATE plans_plan SET approved_on = '2024-01-01'", "plan_not_approved"),
        ("UPDATE policy_policydocument SET in_force_until = '2023-02-01'", "not_in_force"),
        ("UPDATE apprentices_trainingclass SET state = 'roster'", "class_not_open"),
    ],
)
def test_a_record_that_plan_document_or_class_does_not_bear_is_found(shop, attack, code):
    make.enrolled_class(shop)
    assert found() == []
    switches = [
        f"ALTER TABLE {table} {switch} TRIGGER ALL"
        for table in ("plans_plan", "policy_policydocument", "apprentices_trainingclass")
        for switch in ("DISABLE", "ENABLE")
    ]
    with without(*switches), connection.cursor() as cursor:
        cursor.execute(attack)
        assert found() == [code]
