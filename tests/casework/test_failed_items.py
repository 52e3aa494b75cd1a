"""Nobody approves what they mark as failed, be it a roster or a claim."""

import pytest

from apps.apprentices import services as classes
from apps.casework.engine import Opinion
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core.errors import Refused
from tests.factories import apprentices, claims

pytestmark = pytest.mark.django_db


def marked(code: str, result: str, **more: object) -> Opinion:
    return Opinion(checklist=[{"code": code, "result": result, "remark": "三人未缴"}], **more)


def test_a_roster_with_a_failed_item_is_not_approved_and_the_item_is_named():
    shop = apprentices.workshop()
    roster = apprentices.submitted_class(shop)
    with pytest.raises(Refused) as refused:
        classes.approve_class(shop.officer, roster, on=apprentices.ON, opinion=marked("insurance", "fail"))
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == ("checklist.insurance", "insurance")
    assert "社会保险" in problem.message or "insurance" in problem.message
    roster.refresh_from_db()
    assert roster.state == "district_review"


def test_a_roster_with_a_failed_item_is_returned():
    shop = apprentices.workshop()
    roster = apprentices.submitted_class(shop)
    defects = [{"code": "insurance", "article": "二（一）", "text": "三人未缴"}]
    opinion = marked("insurance", "fail", reason="请补正", deficiencies=defects)
    assert classes.return_class(shop.officer, roster, on=apprentices.ON, opinion=opinion).state == "returned"


def test_a_claim_with_a_failed_item_is_not_approved_and_one_with_a_note_is():
    of = claims.money()
    claim = submit_claim(of.clerk, claims.computed(of), on=claims.ON)
    with pytest.raises(Refused) as refused:
        approve_claim(of.reviewer, claim, on=claims.ON, opinion=marked("account", "fail"))
    assert [problem.code for problem in refused.value.problems] == ["checklist.account"]
    noted = approve_claim(of.reviewer, claim, on=claims.ON, opinion=marked("account", "note"))
    assert noted.state == "second_signature"
