"""The apprentice's own page: what is recorded, confirmed, disputed and claimed; nobody else's."""

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from apps.claims.enums import ClaimKind
from apps.claims.services.submit_claim import submit_claim
from apps.training.models import Attendance, Dispute
from tests.factories import accounts, claims
from tests.factories import training as make
from tests.factories.accounts import client_of
from tests.factories.apprentices import ON
from tests.ground import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    return make.training()


@pytest.fixture
@stands
def person(of):
    return of.enrolments()[0]


@pytest.fixture
def own(person):
    return client_of(make.apprentice(person))


def url(name: str, *args: object) -> str:
    return reverse(f"portal:{name}", args=args)


def test_an_apprentice_sees_the_own_hours_and_credits(of, person, own):
    make.hold(of, minutes=450)
    page = own.get(url("me")).content.decode()
    assert person.number in page
    assert "<strong>1.0</strong> / 80" in page
    assert "课程1" in page


def test_somebody_without_a_record_is_told_so():
    browser = client_of(accounts.member(Role.APPRENTICE))
    assert "您还没有参加任何班级" in browser.get(url("me")).content.decode()


def test_another_apprentices_record_is_not_found(of, own):
    other = of.enrolments()[1]
    for name in ("me_enrolment", "me_dispute"):
        assert own.get(url(name, other.pk)).status_code == 404
    assert own.post(url("me_confirm", other.pk), {"attendance": "1"}).status_code == 404


def test_the_own_page_is_for_apprentices_only(of, person):
    browser = client_of(of.shop.operator)
    assert browser.get(url("me")).status_code == 403
    assert browser.get(url("me_enrolment", person.pk)).status_code == 403


def test_ticked_hours_are_confirmed_and_no_others(of, person, own):
    make.hold(of, day=1)
    make.hold(of, day=2)
    chosen = person.attendances.order_by("starts_at").first()
    stranger = Attendance.objects.exclude(enrolment=person).first()
    own.post(url("me_confirm", person.pk), {"attendance": [chosen.pk, stranger.pk]})
    assert list(Attendance.objects.exclude(confirmed_at=None)) == [chosen]
    assert own.post(url("me_confirm", person.pk), {}).status_code == 400


def test_all_hours_of_a_page_are_confirmed_at_once(of, person, own):
    make.hold(of, day=1)
    make.hold(of, day=2)
    listed = list(person.attendances.values_list("pk", flat=True))
    own.post(url("me_confirm", person.pk), {"which": "page", "on_page": listed})
    assert not person.attendances.filter(confirmed_at=None).exists()


def test_a_session_is_disputed_in_own_words(of, person, own):
    make.hold(of)
    address = url("me_dispute", person.pk) + f"?session={person.attendances.get().pk}"
    assert own.post(address, {"text": ""}).status_code == 422
    assert own.post(address, {"text": "我请假了"}).status_code == 302
    assert Dispute.objects.get().attendance.enrolment == person
    assert "我请假了" in own.get(url("me")).content.decode()


def test_a_session_of_somebody_else_cannot_be_disputed(of, person, own):
    make.hold(of)
    foreign = Attendance.objects.exclude(enrolment=person).get()
    assert own.get(url("me_dispute", person.pk) + f"?session={foreign.pk}").status_code == 404
    assert own.get(url("me_dispute", person.pk) + "?session=x").status_code == 404


def test_what_was_claimed_shows_with_every_step_once_it_was_handed_in(of, own):
    claim = claims.computed(of, ClaimKind.ADVANCE)
    assert own.get(url("me")).context["lines"] == []
    submit_claim(of.clerk, claim, on=ON)
    shown = own.get(url("me")).context["lines"]
    assert len(shown) == 1
    assert len(shown[0]["steps"]) > 1


def test_the_own_page_speaks_english_as_well(own):
    own.post(reverse("set_language"), {"language": "en"})
    page = own.get(url("me")).content.decode()
    assert "My credits" in page
    assert "我的学分" not in page
