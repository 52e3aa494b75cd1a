"""What no browser sends by itself is refused with a sentence; found by tests/fuzz/test_forms.py."""

import pytest
from django.urls import reverse
from django.utils import translation

from apps.accounts.roles import Role
from apps.catalogue.models import Level
from apps.desk.forms.registers import ScopeForm
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


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "请选择"), ("en", "Choose")])
def test_a_choice_that_nobody_made_yet_says_so_instead_of_dashes(language: str, said: str) -> None:
    Level.objects.get_or_create(code="senior", defaults={"name": "高级工", "name_en": "Senior", "rank": 3})
    with translation.override(language):
        drawn = str(ScopeForm()["level"])
    assert f'<option value="" selected>{said}</option>' in drawn
    assert 'value="senior"' in drawn
    assert "-----" not in drawn
