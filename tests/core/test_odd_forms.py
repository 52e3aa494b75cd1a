"""What no browser sends by itself is refused with a sentence; found by tests/fuzz/test_forms.py."""

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from tests.factories import accounts, plans


@pytest.mark.parametrize("values", [{"text": "a\x00b"}, {"text\x00": "a"}, {"text": ["a", "\x00"]}])
def test_a_form_with_a_nul_is_refused_with_a_sentence(values: dict) -> None:
    case = plans.complete_plan()
    address = reverse("portal:case_note", kwargs={"label": "plans.plan", "pk": case.plan.pk})
    answer = accounts.client_of(case.clerk_member).post(address, values)
    assert answer.status_code == 400
    assert "重新提交" in answer.content.decode()


@pytest.mark.parametrize(
    "way", ["1", "portal:plan_list", "//elsewhere.cn/", "https://elsewhere.cn/", "/\\x", ""]
)
@pytest.mark.parametrize("door", ["portal", "desk"])
def test_a_form_leads_back_to_a_path_of_this_site_and_nowhere_else(way: str, door: str) -> None:
    case = plans.complete_plan(state="district_review")
    role = case.clerk_member if door == "portal" else accounts.member(Role.CITY_OFFICER)
    address = reverse(f"{door}:case_note", kwargs={"label": "plans.plan", "pk": case.plan.pk})
    answer = accounts.client_of(role).post(address, {"text": "已联系", "next": way})
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/{door}/")
