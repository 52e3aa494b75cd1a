"""What the page of a class says next, and what lists leave out where it would lead nowhere."""

import pytest
from django.urls import reverse

from apps.accounts.models import Membership
from apps.claims.enums import ClaimKind
from apps.claims.services.compute_claim import compute_claim
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db


def page(actor, route: str, *args, **query) -> str:
    browser = accounts.client_of(Membership.objects.get(pk=actor.membership_id))
    response = browser.get(reverse(route, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_an_open_class_asks_for_the_advance_only_while_it_can_be_claimed():
    of = make.money(people=2)
    claims = f"{reverse('portal:claim_list')}#claimable"
    found = page(of.clerk, "portal:class_detail", of.training_class.pk)
    assert "已开班：请申请预拨" in found
    assert claims in found
    compute_claim(of.clerk, of.training_class, ClaimKind.ADVANCE, on=ON)
    found = page(of.clerk, "portal:class_detail", of.training_class.pk)
    assert "请申请预拨" not in found
    assert "登记培训过程" in found
    assert reverse("portal:training_class", args=[of.training_class.pk]) in found


def test_filters_are_cleared_only_where_something_is_filtered():
    of = make.money(people=1)
    assert "清除筛选条件" not in page(of.clerk, "portal:class_list")
    assert "清除筛选条件" in page(of.clerk, "portal:class_list", state="open")


def test_an_empty_list_does_not_count_what_it_shows():
    of = make.money(people=1)
    assert "已显示 0 条" not in page(of.clerk, "portal:training_class", of.training_class.pk)


def test_hours_that_are_whole_have_no_place_behind_the_point():
    of = make.money(people=1)
    found = page(of.clerk, "portal:training_class", of.training_class.pk)
    assert "0 / " in found
    assert "0.0 / " not in found


def test_an_institution_which_is_paid_nothing_is_not_led_to_a_bank_account():
    of = make.money(people=1)
    assert "填报银行账户" not in page(of.operator_of_institution, "portal:profile").split("<h2")[0]
