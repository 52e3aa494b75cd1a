"""A roster that was filled in before a successor came into force, a contract ended, somebody grew too old."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from apps.apprentices import services
from apps.apprentices.checks import missing_for_approve, missing_for_submit
from apps.apprentices.enums import ClassState
from apps.apprentices.models import TrainingClass
from apps.apprentices.requirements import requirements_on
from apps.apprentices.roster.judge import Judge
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.services.compute_claim import compute_claim
from apps.core.errors import InvalidInput, Refused
from apps.policy.models import PolicyDocument
from apps.policy.reader import rules_from_content
from apps.policy.services.load_policies import store_documents
from tests.factories import apprentices as make
from tests.factories import numbers

pytestmark = pytest.mark.django_db

SUCCEEDED = "2023-06-01"
AFTER = date(2023, 6, 2)


def successor(**changed: Any) -> None:
    """A document that succeeds Beijing's on 1 June, and says something else of `changed`."""
    content = deepcopy(dict(PolicyDocument.objects.get(key="beijing-2022-11").rules.content))
    content["document"] |= {
        "key": "succeeds",
        "number": "京试〔2023〕1号",
        "in_force_from": SUCCEEDED,
        "succeeds": "beijing-2022-11",
    }
    for name, parameter in content["parameters"].items():
        standing = list(parameter["values"].values())[-1]
        parameter["values"] = {SUCCEEDED: changed.get(name, standing)}
    store_documents([rules_from_content(content)])


def refused(training_class: TrainingClass, shop: make.Workshop, on: date = AFTER) -> list[str]:
    """What the district's approval is refused with, after the page said the same."""
    told = missing_for_approve(training_class, shop.officer, on)
    with pytest.raises(Refused) as found:
        services.approve_class(shop.officer, training_class, on=on)
    assert [problem.code for problem in found.value.problems] == [problem.code for problem in told]
    assert TrainingClass.objects.get(pk=training_class.pk).state == ClassState.DISTRICT_REVIEW
    return [problem.code for problem in told]


def test_a_class_whose_term_the_new_document_does_not_know_is_not_opened(shop):
    training_class = make.submitted_class(shop)
    successor(term_months_max=18, standard_term_months=[{"months": 12}])
    assert refused(training_class, shop) == ["term_too_long"]
    problem = missing_for_approve(training_class, shop.officer, AFTER)[0]
    assert "京试〔2023〕1号" in problem.message
    assert problem.article == "三（一）"


def test_a_class_whose_level_the_new_document_does_not_pay_is_not_opened(shop):
    training_class = make.submitted_class(shop)
    successor(rates=[{"when": {"level": "intermediate"}, "yuan": 5000}])
    assert refused(training_class, shop) == ["no_rate"]


def test_the_enterprise_reads_it_before_it_hands_the_roster_in(shop):
    training_class = make.open_class(shop)
    make.register(shop, training_class)
    successor(term_months_max=18, standard_term_months=[{"months": 12}])
    assert [p.code for p in missing_for_submit(training_class, AFTER)] == ["term_too_long"]
    assert missing_for_submit(training_class, make.ON) == []


def test_under_a_successor_that_pays_it_the_class_opens_and_is_claimed_for(shop):
    training_class = make.submitted_class(shop)
    successor(advance_share=[{"percent": 40}])
    opened = services.approve_class(shop.officer, training_class, on=AFTER)
    claim = compute_claim(shop.clerk, opened, ClaimKind.ADVANCE, on=AFTER)
    assert claim.net_fen == 480_000  # 6,000 × 24 ÷ 12 × 40%


@pytest.mark.parametrize(
    ("changed", "values", "code"),
    [
        ({"contract_months_min": 48}, {}, "contract_too_short"),
        ({"dispatched_workers_allowed": "no"}, {"post_kind": "劳务派遣"}, "dispatched"),
        ({"age_min": 30}, {}, "too_young"),
        ({"age_max_male": 28, "age_max_female": 28}, {}, "too_old"),
    ],
)
def test_whom_the_new_document_does_not_take_is_refused_and_the_others_are_enrolled(
    shop, changed, values, code
):
    born, right = {"too_young": (1995, 1990), "too_old": (1990, 1996)}.get(code, (1995, 1995))
    fine = make.entry(id_number=numbers.id_number(born=date(right, 5, 20)), contract_to="2033-12-31")
    wrong = make.entry(id_number=numbers.id_number(born=date(born, 5, 20)), **values)
    training_class = make.submitted_class(shop, [wrong, fine])
    successor(**changed)
    assert refused(training_class, shop) == [code]
    first, second = training_class.enrolments.order_by("id")
    services.refuse_enrolment(shop.officer, first, on=AFTER, opinion=Opinion(reason="不符合条件"))
    services.approve_class(shop.officer, TrainingClass.objects.get(pk=training_class.pk), on=AFTER)
    second.refresh_from_db()
    assert second.state == "enrolled"


def test_who_reached_the_age_between_registration_and_enrolment_is_not_enrolled(shop):
    number = numbers.id_number(born=date(1963, 5, 20), sequence=1)
    training_class = make.submitted_class(shop, [make.entry(id_number=number)])
    assert missing_for_approve(training_class, shop.officer, date(2023, 5, 19)) == []
    assert refused(training_class, shop, date(2023, 5, 20)) == ["too_old"]


def test_whose_contract_ended_between_registration_and_enrolment_is_not_enrolled(shop):
    training_class = make.submitted_class(shop, [make.entry(contract_to="2023-12-31")])
    assert missing_for_approve(training_class, shop.officer, date(2023, 12, 31)) == []
    assert refused(training_class, shop, date(2024, 1, 1)) == ["contract_over"]


@pytest.mark.parametrize(
    ("first", "last", "enough"),
    [
        ("2023-01-01", "2026-12-31", True),
        ("2023-01-01", "2026-12-30", False),
        ("2020-02-29", "2024-02-28", True),
        ("2020-02-29", "2024-02-27", False),
        ("2023-01-31", "2027-01-30", True),
    ],
)
def test_a_contract_is_counted_as_when_the_row_was_read(shop, first, last, enough):
    entry = make.entry(contract_from=first, contract_to=last)
    training_class = make.submitted_class(shop, [entry])
    successor(contract_months_min=48)
    found = [problem.code for problem in missing_for_approve(training_class, shop.officer, AFTER)]
    assert found == ([] if enough else ["contract_too_short"])
    read = Judge(requirements_on(AFTER)).rows([(2, list(entry.values()), ())])
    assert [each["code"] for each in read.bad.get(2, [])] == found


def test_a_contract_that_is_over_is_refused_when_the_row_is_read(shop, training_class):
    with pytest.raises(InvalidInput) as found:
        make.register(shop, training_class, contract_from="2020-01-01", contract_to="2023-02-28")
    assert [problem.code for problem in found.value.problems] == ["contract_over"]
    assert make.register(shop, training_class, contract_from="2020-01-01", contract_to="2023-03-01")
