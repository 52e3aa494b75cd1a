"""What the database itself refuses, whoever asks: each guard attacked by raw SQL, and the same attack
succeeding once the guard is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import Person
from apps.apprentices import services
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment, LineSeats, TrainingClass
from apps.casework.acting import acting
from apps.core import invariants
from apps.core.db import as_owner
from tests.factories import apprentices as make
from tests.triggers import switch_off

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def without(*statements: str) -> Iterator[None]:
    """The database without a guard, for the length of the block; back[s] restore it."""
    removed, restored = statements[::2], statements[1::2]
    with as_owner(connection), connection.cursor() as cursor:
        for sql in removed:
            cursor.execute(sql)
    try:
        yield
    finally:
        with as_owner(connection), connection.cursor() as cursor:
            _forget(cursor)
            for sql in restored:
                cursor.execute(sql)


def _forget(cursor) -> None:
    """What the attack left behind would stop the guard from coming back."""
    cursor.execute("SET session_replication_role = replica")
    for table in ("casework_notice", "apprentices_statusrecord", "apprentices_enrolment"):
        cursor.execute(f"DELETE FROM {table}")
    cursor.execute("SET session_replication_role = origin")


def index_definition(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        return cursor.fetchone()[0]


def constraint_definition(table: str, name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        return f"ALTER TABLE {table} ADD CONSTRAINT {name} {cursor.fetchone()[0]}"


def switched_off(table: str, beginning: str) -> tuple[str, str]:
    off = switch_off(table, beginning)
    return (off, off.replace("DISABLE", "ENABLE"))


def copy_into(shop: make.Workshop, training_class: TrainingClass, original: Enrolment, **changes) -> None:
    """Put a copy of an enrolment into a class by raw SQL, as somebody with a database console would."""
    values = {
        "person_id": original.person_id,
        "training_class_id": training_class.pk,
        "enterprise_id": training_class.enterprise_id,
        "institution_id": training_class.institution_id,
        "district_id": training_class.district_id,
        "occupation_id": training_class.line.occupation_id,
        "level_id": training_class.line.level_id,
        "state": EnrolmentState.REGISTERED,
        "version": 1,
        "post_kind": "new_hire",
        "person_status": "employee",
        "contract_from": date(2023, 1, 1),
        "insured_in_city": True,
        "remark": "",
        "starts_on": original.starts_on,
        "ends_on": original.ends_on,
        "term_months": 24,
        "occupation_kind": "",
        **changes,
    }
    columns = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    with transaction.atomic(), acting(shop.clerk, "create"), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO apprentices_enrolment ({columns}, state_since, created_at)"
            f" VALUES ({places}, now(), now())",
            list(values.values()),
        )


def violations(number: str) -> int:
    return invariants.audit([number])[0].violations


@pytest.fixture
def elsewhere() -> make.Workshop:
    return make.workshop(district="110108", level="technician")


def test_one_person_has_one_live_enrolment(shop, elsewhere):
    enrolment = make.register(shop, make.open_class(shop))
    other = make.open_class(elsewhere)
    with pytest.raises(IntegrityError, match="one_live_enrolment_per_person"):
        copy_into(elsewhere, other, enrolment)
    name = "one_live_enrolment_per_person"
    with without(f"DROP INDEX {name}", index_definition(name)):
        copy_into(elsewhere, other, enrolment)
        assert violations("I15a") == 1


def enrol_by_sql(shop: make.Workshop, training_class: TrainingClass, number: str) -> None:
    with transaction.atomic(), acting(shop.officer, "enrol"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE apprentices_enrolment SET state = 'enrolled', number = %s, set_up_on = %s,"
            " policy_document_id = %s WHERE training_class_id = %s AND state = 'registered'",
            [number, make.ON, training_class.policy_document_id, training_class.pk],
        )


def test_an_occupation_and_level_is_trained_once(shop):
    done = make.enrolled_class(shop).enrolments.get()
    services.complete_enrolments(shop.clerk, done.training_class, [done.pk], on=make.ON)
    twin = make.workshop(district="110108")
    again = make.open_class(twin)
    later = {"starts_on": date(2030, 1, 1), "ends_on": date(2032, 1, 1)}
    copy_into(twin, again, done, **later)
    assert violations("I15b") == 1
    with pytest.raises(IntegrityError, match="occupation_and_level_once"):
        enrol_by_sql(twin, again, "X-1")
    name = "occupation_and_level_once"
    with without(f"DROP INDEX {name}", index_definition(name)):
        enrol_by_sql(twin, again, "X-1")


def test_standing_enrolments_of_a_person_do_not_overlap(shop, elsewhere):
    done = make.enrolled_class(shop).enrolments.get()
    services.complete_enrolments(shop.clerk, done.training_class, [done.pk], on=make.ON)
    other = make.open_class(elsewhere)
    copy_into(elsewhere, other, done, starts_on=done.ends_on - timedelta(days=1), ends_on=date(2030, 1, 1))
    with pytest.raises(IntegrityError, match="no_overlapping_enrolments"):
        enrol_by_sql(elsewhere, other, "X-1")
    name = "no_overlapping_enrolments"
    with without(
        f"ALTER TABLE apprentices_enrolment DROP CONSTRAINT {name}",
        constraint_definition("apprentices_enrolment", name),
    ):
        enrol_by_sql(elsewhere, other, "X-1")
        assert violations("I15c") == 1


@pytest.mark.parametrize("column", ["enterprise_id", "institution_id", "level_id"])
def test_an_enrolment_says_the_same_as_its_class(shop, elsewhere, column):
    enrolment = make.register(elsewhere, make.open_class(elsewhere))
    services.remove_registrations(
        elsewhere.clerk, enrolment.training_class, [enrolment.pk], reason="登记有误", on=make.ON
    )
    training_class = make.open_class(shop)
    wrong = {
        "enterprise_id": elsewhere.enterprise.pk,
        "institution_id": elsewhere.institution.pk,
        "level_id": "technician",
    }
    with pytest.raises(IntegrityError, match="says the same as its class"):
        copy_into(shop, training_class, enrolment, **{column: wrong[column]})
    with without(*switched_off("apprentices_enrolment", "as_its_class_new")):
        copy_into(shop, training_class, enrolment, **{column: wrong[column]})
        assert violations("I15d") == 1


def test_an_enrolment_is_that_of_a_person_on_record(shop, elsewhere):
    training_class = make.open_class(shop)
    enrolment = make.register(elsewhere, make.open_class(elsewhere))
    nobody = Person.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    with pytest.raises(IntegrityError, match="a person on record"):
        copy_into(shop, training_class, enrolment, person_id=nobody)
    with without(*switched_off("apprentices_enrolment", "as_its_class_new")):
        copy_into(shop, training_class, enrolment, person_id=nobody)
        assert violations("I15f") == 1


def test_an_enrolment_is_not_given_to_nobody(shop):
    enrolment = make.register(shop, make.open_class(shop))
    with pytest.raises(IntegrityError, match="a person on record"):
        Enrolment.objects.filter(pk=enrolment.pk).update(person_id=10**9)


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM accounts_person WHERE id = %s",
        "UPDATE accounts_person SET id = id + 1000000 WHERE id = %s",
    ],
)
def test_a_person_stays_and_keeps_the_key(shop, attack):
    enrolment = make.register(shop, make.open_class(shop))

    def attacked() -> None:
        with connection.cursor() as cursor:
            cursor.execute(attack, [enrolment.person_id])

    with pytest.raises(IntegrityError, match="never deleted and keeps the key"):
        attacked()
    with without(*switched_off("accounts_person", "keep_row")):
        attacked()
        assert not Person.objects.filter(pk=enrolment.person_id).exists()
        assert violations("I15f") == 1


def test_nobody_comes_onto_a_roster_that_was_handed_in(shop, elsewhere):
    enrolment = make.register(elsewhere, make.open_class(elsewhere))
    services.remove_registrations(
        elsewhere.clerk, enrolment.training_class, [enrolment.pk], reason="登记有误", on=make.ON
    )
    training_class = make.submitted_class(shop)
    with pytest.raises(IntegrityError, match="roster of this class is closed"):
        copy_into(shop, training_class, enrolment)
    with without(*switched_off("apprentices_enrolment", "as_its_class_new")):
        copy_into(shop, training_class, enrolment)


def test_no_line_takes_more_people_than_its_headcount(elsewhere):
    shop = make.workshop(headcount=1)
    training_class = make.open_class(shop)
    make.register(shop, training_class)
    free = make.register(elsewhere, make.open_class(elsewhere))
    services.remove_registrations(
        elsewhere.clerk, free.training_class, [free.pk], reason="登记有误", on=make.ON
    )
    with pytest.raises(IntegrityError, match="no_more_than_the_headcount"):
        copy_into(shop, training_class, free)
    with without(*switched_off("apprentices_enrolment", "take_seats_new")):
        copy_into(shop, training_class, free)
        assert violations("I15e") == 1


def all_forbidden_steps() -> list[tuple[str, str, str]]:
    from apps.apprentices.transitions import ENROLMENT_TRANSITIONS

    allowed = {(a, c) for a, _action, c in ENROLMENT_TRANSITIONS.triples()}
    states = EnrolmentState.values
    return [(a, "enrol", c) for a in states for c in states if a != c and (a, c) not in allowed]


def test_a_record_moves_along_its_table_only(shop):
    """All pairs that the transition table does not know, tried on one record in each state."""
    training_class = make.enrolled_class(shop)
    enrolment = training_class.enrolments.get()
    for source, action, target in all_forbidden_steps():
        if source != EnrolmentState.ENROLLED:
            continue
        with pytest.raises(IntegrityError), transaction.atomic(), acting(shop.officer, action):
            Enrolment.objects.filter(pk=enrolment.pk).update(state=target)


def test_no_state_changes_without_an_actor(shop):
    enrolment = make.register(shop, make.open_class(shop))
    with pytest.raises(IntegrityError, match="only with an actor"), transaction.atomic():
        Enrolment.objects.filter(pk=enrolment.pk).update(state=EnrolmentState.REMOVED)
    with without(*switched_off("apprentices_enrolment", "state_step")):
        Enrolment.objects.filter(pk=enrolment.pk).update(state=EnrolmentState.REMOVED)
        assert violations("I11-apprentices.enrolment") == 1


def test_no_record_is_deleted(shop):
    enrolment = make.register(shop, make.open_class(shop))
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.filter(pk=enrolment.pk)._raw_delete("default")
    with without(*switched_off("apprentices_enrolment", "keep_row")):
        Enrolment.objects.filter(pk=enrolment.pk)._raw_delete("default")
        assert not Enrolment.objects.exists()
        LineSeats.objects.update(taken=0)


def test_a_standing_record_has_number_day_and_document(shop):
    training_class = make.open_class(shop)
    make.register(shop, training_class)
    with (
        pytest.raises(IntegrityError, match="standing_enrolment_is_whole"),
        transaction.atomic(),
        acting(shop.officer, "enrol"),
    ):
        training_class.enrolments.update(state=EnrolmentState.ENROLLED)


def test_a_healthy_city_breaks_no_invariant(shop):
    make.enrolled_class(shop, [make.entry(), make.entry()])
    numbers = ["I15a", "I15b", "I15c", "I15d", "I15e", "I15f", "I11-apprentices.enrolment"]
    assert [finding.violations for finding in invariants.audit(numbers)] == [0] * len(numbers)
