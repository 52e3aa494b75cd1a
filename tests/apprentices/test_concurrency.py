"""Two rosters at the same moment: one person ends up in one class, and no seat is given twice."""

import threading
from collections.abc import Callable, Sequence

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from apps.apprentices import services
from apps.apprentices.enums import LIVE_STATES
from apps.apprentices.models import Enrolment, LineSeats, RosterFile, TrainingClass
from apps.apprentices.roster import store
from apps.core import invariants
from apps.core.errors import Conflict, InvalidInput, ShituError
from tests.apprentices.conftest import csv_bytes, line
from tests.factories import apprentices as make
from tests.factories import numbers

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run each in a thread with a connection of its own, let go together; what was raised is returned."""
    start = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            start.wait()
            results[place] = work()
        except (ShituError, IntegrityError) as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def uploaded(
    shop: make.Workshop, training_class: TrainingClass, rows: Sequence[Sequence[object]]
) -> RosterFile:
    upload = SimpleUploadedFile("roster.csv", csv_bytes(rows))
    return services.upload_roster(shop.clerk, training_class, upload, on=make.ON)


def sound() -> bool:
    numbers = ["I15a", "I15b", "I15c", "I15d", "I15e", "I11-apprentices.enrolment"]
    return all(found.holds for found in invariants.audit(numbers))


def test_the_same_people_in_two_rosters_at_once_are_taken_once_each():
    shops = [make.workshop(headcount=300), make.workshop(headcount=300, district="110108")]
    people = [line() for _ in range(200)]
    files = [
        uploaded(shop, make.open_class(shop), order)
        for shop, order in zip(shops, (people, people[::-1]), strict=True)
    ]
    read = at_once(*[lambda file=file: services.read_roster(file, chunk_rows=50) for file in files])
    assert sum(file.good_rows for file in read) == 200
    assert sum(file.bad_rows for file in read) == 200
    assert Enrolment.objects.filter(state__in=LIVE_STATES).count() == 200
    assert sound()


def test_the_same_person_by_two_forms_at_once_is_taken_once():
    shops = [make.workshop(), make.workshop(district="110108")]
    classes = [make.open_class(shop) for shop in shops]
    number = numbers.id_number()
    results = at_once(
        *[
            lambda shop=shop, one=one: make.register(shop, one, id_number=number)
            for shop, one in zip(shops, classes, strict=True)
        ]
    )
    refused = [result for result in results if isinstance(result, InvalidInput)]
    assert len(refused) == 1
    assert [p.code for p in refused[0].problems] == ["enrolled_elsewhere"]
    assert sound()


def test_a_known_person_by_two_forms_at_once_is_taken_once():
    """The person exists already, so that nobody waits for somebody else's insert of it."""
    first = make.workshop()
    number = numbers.id_number()
    enrolment = make.register(first, make.open_class(first), id_number=number)
    services.remove_registrations(
        first.clerk, enrolment.training_class, [enrolment.pk], reason="登记有误", on=make.ON
    )
    shops = [make.workshop(), make.workshop(district="110108")]
    classes = [make.open_class(shop) for shop in shops]
    results = at_once(
        *[
            lambda shop=shop, one=one: make.register(shop, one, id_number=number)
            for shop, one in zip(shops, classes, strict=True)
        ]
    )
    assert len([result for result in results if isinstance(result, InvalidInput)]) == 1
    assert sound()


def test_the_careful_way_is_needed_without_it_one_upload_breaks(monkeypatch):
    """Control: where the second insert is as plain as the first, the race ends in an error."""
    monkeypatch.setattr(store, "_SKIP_KNOWN", "")
    shops = [make.workshop(), make.workshop(district="110108")]
    classes = [make.open_class(shop) for shop in shops]
    number = numbers.id_number()
    both_looked, acting = threading.Barrier(2), store.acting

    def acting_after_both_looked(*args):
        both_looked.wait()
        return acting(*args)

    monkeypatch.setattr(store, "acting", acting_after_both_looked)
    results = at_once(
        *[
            lambda shop=shop, one=one: make.register(shop, one, id_number=number)
            for shop, one in zip(shops, classes, strict=True)
        ]
    )
    assert any(isinstance(result, IntegrityError) for result in results), results


def test_the_last_seats_of_a_line_are_given_once():
    shop = make.workshop(headcount=60)
    classes = [make.open_class(shop), make.open_class(shop)]
    files = [uploaded(shop, one, [line() for _ in range(50)]) for one in classes]
    read = at_once(*[lambda file=file: services.read_roster(file, chunk_rows=10) for file in files])
    assert sum(file.good_rows for file in read) == 60
    assert LineSeats.objects.get().taken == 60
    assert sound()


def test_one_of_fifty_approvals_wins():
    shop = make.workshop()
    training_class = make.submitted_class(shop, [make.entry() for _ in range(5)])
    officer = shop.officer
    results = at_once(
        *[lambda: services.approve_class(officer, training_class, on=make.ON) for _ in range(12)]
    )
    assert len([result for result in results if isinstance(result, Conflict)]) == 11
    assert training_class.enrolments.exclude(number=None).count() == 5
    assert sound()


def test_handing_in_waits_for_a_registration_that_is_under_way():
    shop = make.workshop()
    training_class = make.open_class(shop)
    make.register(shop, training_class)
    clerk = shop.clerk
    registering = threading.Event()

    def register() -> object:
        with transaction.atomic():
            made = make.register(shop, training_class)
            registering.set()
            return made

    def hand_in() -> object:
        registering.wait()
        return services.submit_roster(clerk, training_class, on=make.ON)

    at_once(register, hand_in)
    assert training_class.enrolments.count() == 2
    assert sound()
