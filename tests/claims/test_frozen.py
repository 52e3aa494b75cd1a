"""What the database itself keeps: the payee and version of a signed claim, the results that it rests on."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.claims.services.review_claim import reject_claim, return_claim
from apps.claims.services.submit_claim import submit_claim
from apps.training.models import Assessment
from tests.factories import claims as make
from tests.ground import stands

pytestmark = pytest.mark.django_db
LATER = date(2023, 12, 1)
BACK = Opinion(
    reason="证书号有误", deficiencies=[{"code": "result", "article": "三（二）3", "text": "更正证书"}]
)


@pytest.fixture
@stands
def handed_in():
    """A remainder claim that was handed in, with the result of its one apprentice."""
    of = make.money(people=1)
    make.paid(of)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "passed", certificate=True, on=LATER)
    return of, submit_claim(of.clerk, make.computed(of, ClaimKind.REMAINDER, on=LATER), on=LATER)


@pytest.mark.parametrize("change", [{"payee_fingerprint": "0" * 64}, {"version": 9}])
def test_payee_and_version_of_a_signed_claim_stay(change):
    claim = make.signed(make.money(people=1))
    with pytest.raises(IntegrityError, match="keeps its figures"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(**change)


def test_a_result_stands_while_a_claim_rests_on_it(handed_in):
    for change in ({"result": "failed"}, {"certificate_number": "C0"}, {"locked_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.get().delete()


@pytest.mark.parametrize("back", [return_claim, reject_claim])
def test_a_result_can_be_corrected_once_the_claim_came_back(handed_in, back):
    of, claim = handed_in
    back(of.reviewer, claim, on=LATER, opinion=BACK)
    assert Assessment.objects.get().locked_at is None
    assert Assessment.objects.update(certificate_number="C0") == 1


def test_a_result_that_no_claim_rests_on_is_free():
    of = make.money(people=1)
    make.result(of, of.enrolments()[0], "passed", on=LATER)
    assert Assessment.objects.update(result="failed") == 1
