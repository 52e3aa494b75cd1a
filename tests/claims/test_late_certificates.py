"""A certificate counts until the remainder's second signature; afterwards the pages say that it does not."""

import pytest
from django.urls import reverse

from apps.casework.engine import Opinion
from apps.claims import late_certificates
from apps.claims.enums import ClaimKind
from apps.claims.late_certificates import uncertified
from apps.claims.services.compute_claim import recompute_claim
from apps.claims.services.review_claim import return_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core.errors import Conflict
from apps.policy.enums import LateCertificate
from apps.training.models import Assessment
from apps.training.services.record_result import ResultFacts, record_result
from apps.training.services.record_sessions import record_sessions
from tests.factories import claims as make
from tests.factories import training
from tests.factories.accounts import client_of
from tests.factories.apprentices import ON
from tests.factories.training import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture
def of() -> make.Money:
    """Two people, paid their advance; both passed, one with the certificate."""
    of = make.money(people=2)
    make.paid(of)
    first, second = of.enrolments()
    make.result(of, first, "passed", certificate=True, on=LATER)
    make.result(of, second, "passed", on=LATER)
    make.evidence(of)
    # The hours of the second, whose result is recorded again.
    reports = [training.facts(of, day=day + 1, minutes=450, present=[second]) for day in range(80)]
    record_sessions(of.clerk, of.training_class, reports, on=LATER)
    return of


def certified(enrolment) -> ResultFacts:
    return ResultFacts(
        "passed",
        LATER,
        certificate_kind="skill_level",
        certificate_number="C777",
        certificate_on=LATER,
        certificate_occupation_id=enrolment.occupation_id,
        certificate_level_id=enrolment.level_id,
    )


def test_a_draft_says_for_how_many_and_how_much_a_certificate_would_pay_more(of) -> None:
    claim = make.computed(of, ClaimKind.REMAINDER)
    found = uncertified(claim)
    with_it, without = claim.lines.order_by("enrolment_id").values_list("amount_fen", flat=True)
    assert found is not None
    assert (found.people, found.fen, found.is_open) == (1, with_it - without, True)
    page = client_of(of.shop.operator).get(reverse("portal:claim_detail", args=[claim.pk])).content.decode()
    assert "二次签批前" in page


def test_where_the_certificate_changes_nothing_nothing_is_said(of) -> None:
    assert uncertified(make.computed(make.money(people=1))) is None
    last = of.enrolments()[1]
    Assessment.objects.filter(enrolment=last).update(result="failed")
    assert uncertified(make.computed(of, ClaimKind.REMAINDER)) is None


def test_until_when_it_counts_is_what_the_document_chose(of, monkeypatch) -> None:
    claim = make.computed(of, ClaimKind.REMAINDER)
    assert set(late_certificates.COUNTS_IN) == set(LateCertificate)
    monkeypatch.setitem(late_certificates.COUNTS_IN, LateCertificate.UNTIL_SIGNATURE, ())
    found = uncertified(claim)
    assert found is not None
    assert not found.is_open


def test_before_the_signature_a_certificate_counts_by_way_of_a_return(of) -> None:
    second = of.enrolments()[1]
    claim = make.computed(of, ClaimKind.REMAINDER)
    submit_claim(of.clerk, claim, on=ON)
    with pytest.raises(Conflict):
        record_result(of.clerk, second, certified(second), on=LATER)
    defect = [{"code": "x", "text": "补证书"}]
    return_claim(of.reviewer, claim, on=ON, opinion=Opinion(reason="补证书", deficiencies=defect))
    record_result(of.clerk, second, certified(second), on=LATER)
    again = recompute_claim(of.clerk, claim)
    assert uncertified(again) is None
    amounts = set(again.lines.values_list("amount_fen", flat=True))
    assert len(amounts) == 1


def test_after_the_signature_it_stands_and_the_pages_say_so(of) -> None:
    second = of.enrolments()[1]
    claim = make.signed(of, ClaimKind.REMAINDER)
    with pytest.raises(Conflict) as refused:
        record_result(of.clerk, second, certified(second), on=LATER)
    assert refused.value.code == "locked"
    found = uncertified(claim)
    assert found is not None
    assert not found.is_open
    browser = client_of(of.shop.operator)
    page = browser.get(reverse("portal:claim_detail", args=[claim.pk])).content.decode()
    assert "不再补发" in page
    results = browser.get(reverse("portal:result_class", args=[of.training_class.pk])).content.decode()
    assert "不再补发" in results
    desk = client_of(of.shop.reviewer).get(reverse("desk:claim_review", args=[claim.pk])).content.decode()
    assert "不再补发" in desk
