"""A district in which nobody is left who could move its files: city and administrators learn of it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from apps.accounts.models.membership import MembershipState
from apps.accounts.roles import Role
from apps.accounts.services import disable_user, end_membership
from apps.accounts.staffing import NEEDED, empty_seats
from apps.casework import wording
from apps.casework.empty_seats import tell_empty_seats
from apps.casework.models import Notice
from apps.casework.services.mail_notices import mail_notices
from apps.core import clock
from apps.core.errors import Refused
from apps.plans.enums import PlanState
from tests.factories import accounts
from tests.factories.plans import complete_plan

DAY = timedelta(days=1)


@pytest.fixture
def on():
    return clock.today()


@pytest.fixture
def office():
    """One person in each role of Chaoyang's office."""
    place = accounts.district("110105")
    return {role: accounts.member(role, district=place) for role in NEEDED}


def security():
    return accounts.actor_of(accounts.founding_administrator(Role.SECURITY_ADMIN))


def system():
    return accounts.actor_of(accounts.founding_administrator(Role.SYSTEM_ADMIN))


def told():
    return [
        (row.params["district"], row.params["role"], row.role)
        for row in Notice.objects.filter(code="seat_empty").order_by("id")
    ]


def everybody(role):
    return [("110105", str(role), to) for to in (Role.CITY_OFFICER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)]


@pytest.mark.parametrize("role", NEEDED)
def test_city_and_administrators_are_told_when_the_last_one_of_a_role_goes(office, on, role):
    end_membership(security(), office[role], "retired", on=on)
    assert told() == everybody(role)


@pytest.mark.parametrize("role", NEEDED)
def test_they_are_told_when_the_account_of_the_last_one_is_disabled(office, on, role):
    disable_user(system(), office[role].user, "suspended", on=on)
    assert told() == everybody(role)


def test_nobody_is_told_while_a_colleague_is_there(office, on):
    accounts.member(Role.DISTRICT_SUPERVISOR, district=accounts.district("110105"))
    end_membership(security(), office[Role.DISTRICT_SUPERVISOR], "retired", on=on)
    assert told() == []


def test_a_colleague_of_another_district_does_not_count(office, on):
    accounts.member(Role.DISTRICT_SUPERVISOR, district=accounts.district("110108"))
    end_membership(security(), office[Role.DISTRICT_SUPERVISOR], "retired", on=on)
    assert told() == everybody(Role.DISTRICT_SUPERVISOR)


def test_a_citys_finance_officer_pays_where_the_district_has_none(office, on):
    city = accounts.member(Role.FINANCE_OFFICER)
    end_membership(security(), office[Role.FINANCE_OFFICER], "moved", on=on)
    assert told() == []
    end_membership(security(), city, "moved", on=on)
    assert told() == everybody(Role.FINANCE_OFFICER)


def test_a_role_that_was_given_until_a_day_is_found_the_day_after_and_told_once(office, on):
    last = office[Role.DISTRICT_REVIEWER]
    last.valid_to = on
    last.save()
    assert tell_empty_seats(on) == 0
    assert tell_empty_seats(on + DAY) == 1
    assert tell_empty_seats(on + DAY) == tell_empty_seats(on + 9 * DAY) == 0
    assert told() == everybody(Role.DISTRICT_REVIEWER)


def test_who_was_told_when_somebody_left_is_not_told_again_until_the_seat_was_filled(office, on):
    end_membership(security(), office[Role.DISTRICT_REVIEWER], "retired", on=on)
    assert tell_empty_seats(on + DAY) == 0
    next_one = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    next_one.decided_at = clock.now()
    next_one.valid_to = on + DAY
    next_one.save()
    assert tell_empty_seats(on + DAY) == 0
    assert tell_empty_seats(on + 2 * DAY) == 1


def test_a_proposal_that_nobody_approved_fills_no_seat(office, on):
    end_membership(security(), office[Role.DISTRICT_REVIEWER], "retired", on=on)
    proposed = accounts.member(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))
    assert empty_seats(on) == []
    type(proposed).objects.filter(pk=proposed.pk).update(state=MembershipState.ENDED)
    assert [seat.role for seat in empty_seats(on)] == [Role.DISTRICT_REVIEWER]


def test_the_mail_says_who_is_missing_where_and_what_stands_still(office, on):
    officer = accounts.member(Role.CITY_OFFICER)
    officer.user.email = "city@example.org"
    officer.user.save()
    end_membership(security(), office[Role.DISTRICT_SUPERVISOR], "retired", on=on)
    notice = Notice.objects.get(code="seat_empty", role=Role.CITY_OFFICER)
    mail_notices([notice.pk])
    assert mail.outbox[0].subject.startswith("朝阳区已无区人社负责人")
    with translation.override("en"):
        assert wording.sentence(notice).startswith("Chaoyang has nobody left as District supervisor")
    listed = accounts.client_of(officer).get(reverse("desk:notice_list")).content.decode()
    assert reverse("desk:dashboard") in listed


def test_the_dashboard_names_the_seat_and_what_waits_for_it(office, on):
    complete_plan(state=PlanState.DISTRICT_REVIEW)
    page = accounts.client_for(Role.CITY_OFFICER)
    shown = page.get(reverse("desk:dashboard")).context["dashboard"].stuck
    assert shown == []
    for member in accounts.Membership.objects.filter(role=Role.DISTRICT_REVIEWER):
        end_membership(security(), member, "retired", on=on)
    found = page.get(reverse("desk:dashboard"))
    (seat,) = found.context["dashboard"].stuck
    assert (seat.district.pk, seat.role, seat.count) == ("110105", Role.DISTRICT_REVIEWER, 1)
    assert "朝阳区 · 区人社审核员 · 1 份材料待办" in found.content.decode()


@pytest.mark.parametrize(
    ("role", "route"),
    [(Role.SYSTEM_ADMIN, "desk:admin_accounts"), (Role.SECURITY_ADMIN, "desk:admin_memberships")],
)
def test_the_administrators_see_the_seat_on_their_page(office, on, role, route):
    client = accounts.client_for(role)
    assert "朝阳区 · 区人社负责人" not in client.get(reverse(route)).content.decode()
    end_membership(security(), office[Role.DISTRICT_SUPERVISOR], "retired", on=on)
    assert "朝阳区 · 区人社负责人" in client.get(reverse(route)).content.decode()


def test_the_account_of_the_last_one_who_grants_roles_is_not_disabled(on):
    last = accounts.founding_administrator(Role.SECURITY_ADMIN)
    with pytest.raises(Refused) as refusal:
        disable_user(system(), last.user, "left", on=on)
    assert refusal.value.code == "last_admin"
    accounts.member(Role.SECURITY_ADMIN, user=accounts.user())
    disable_user(system(), last.user, "left", on=on)


def test_whoever_ends_the_last_role_reads_before_what_stands_still(office, on):
    last = office[Role.DISTRICT_SUPERVISOR]
    pages = [
        (accounts.client_for(Role.SECURITY_ADMIN), reverse("desk:admin_membership", args=[last.pk])),
        (accounts.client_for(Role.SYSTEM_ADMIN), reverse("desk:admin_account", args=[last.user_id])),
    ]
    for client, url in pages:
        page = client.get(url)
        assert [seat.role for seat in page.context["emptied"]] == [Role.DISTRICT_SUPERVISOR]
        assert "朝阳区 · 区人社负责人" in page.content.decode()
    accounts.member(Role.DISTRICT_SUPERVISOR, district=accounts.district("110105"))
    for client, url in pages:
        assert client.get(url).context["emptied"] == []
