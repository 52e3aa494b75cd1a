"""What a decision rests on: the version read, a whole checklist, another person, all defects at once."""

from copy import deepcopy
from dataclasses import replace

import pytest
from django.utils import translation

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.casework.models import Decision, Deficiency, History, Notice
from apps.core import invariants
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.plans import selectors, services
from apps.plans.checklist import ITEMS, all_passed, items_for
from apps.plans.enums import PlanState
from apps.plans.models import Plan
from apps.policy.reader import rules_from_content
from tests.factories import accounts, plans
from tests.factories.plans import ON, complete_plan
from tests.ledger.conftest import without

__all__ = ["without"]


def test_an_approval_of_a_page_that_is_stale_is_refused():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    opened = case.plan.version
    plans.give_back(case)
    services.save_lines(case.clerk, case.plan, plans.lines(headcount=31), on=ON)
    plans.advance(case, PlanState.DISTRICT_REVIEW)
    with pytest.raises(Conflict) as refusal:
        services.approve_plan(
            case.reviewer, case.plan, on=ON, opinion=replace(plans.passed(), version=opened)
        )
    assert refusal.value.code == "stale_version"
    approved = services.approve_plan(
        case.reviewer, case.plan, on=ON, opinion=replace(plans.passed(), version=case.plan.version)
    )
    assert approved.state == PlanState.CITY_RECHECK


def test_a_decision_names_the_version_and_the_digest_that_it_is_about():
    case = complete_plan(state=PlanState.APPROVED)
    submission = case.plan.submissions.get()
    for decision in Decision.objects.of(case.plan).exclude(action="submit_directly"):
        assert (decision.content_version, decision.content_sha256) == (1, submission.sha256)


def test_the_audit_finds_a_decision_about_something_else():
    case = complete_plan(state=PlanState.CITY_RECHECK)
    assert [finding.violations for finding in invariants.audit(["I13a", "I13b"])] == [0, 0]
    decision = Decision.objects.of(case.plan).get(action="approve")
    Decision.objects.create(
        **{
            field: getattr(decision, field)
            for field in (
                "subject_type",
                "subject_id",
                "seat_id",
                "person_id",
                "user_id",
                "role",
                "action",
                "from_state",
                "to_state",
                "content_version",
            )
        },
        content_sha256="0" * 64,
    )
    assert [finding.violations for finding in invariants.audit(["I13b"])] == [1]


def test_the_audit_finds_a_plan_that_was_never_handed_in_as_it_is(without):
    case = complete_plan(state=PlanState.CITY_RECHECK)
    spoiled = "ALTER TABLE plans_plansubmission DISABLE TRIGGER USER", "DELETE FROM plans_plansubmission"
    with without(*spoiled):
        found = invariants.audit(["I13a", "I13b"])
        assert [row.violations for row in found] == [1, Decision.objects.of(case.plan).count() - 1]


ALL_SEATS = [
    (PlanState.COUNTERSIGN, Role.INSTITUTION_OPERATOR, plans.countersign, "clerk_member"),
    (PlanState.DISTRICT_REVIEW, Role.DISTRICT_REVIEWER, plans.approve, "clerk_member"),
    (PlanState.DISTRICT_REVIEW, Role.DISTRICT_REVIEWER, plans.approve, "teacher_member"),
    (PlanState.CITY_RECHECK, Role.CITY_OFFICER, plans.confirm, "reviewer_member"),
    (PlanState.CITY_RECHECK, Role.CITY_OFFICER, plans.confirm, "clerk_member"),
]


@pytest.mark.parametrize(("state", "role", "step", "earlier"), ALL_SEATS)
def test_one_person_with_two_accounts_takes_one_part_only(state, role, step, earlier):
    case = complete_plan(state=state)
    person = getattr(case, earlier).user.person
    scopes = {
        Role.INSTITUTION_OPERATOR: {"organisation": case.institution.organisation},
        Role.DISTRICT_REVIEWER: {"district": case.plan.district},
        Role.CITY_OFFICER: {},
    }
    second = accounts.member(role, user=accounts.user(person=person), **scopes[role])
    names = {
        Role.INSTITUTION_OPERATOR: "teacher_member",
        Role.DISTRICT_REVIEWER: "reviewer_member",
        Role.CITY_OFFICER: "officer_member",
    }
    setattr(case, names[role], second)
    with pytest.raises(Refused) as refusal:
        step(case)
    assert refusal.value.code == "segregation"
    assert Plan.objects.get(pk=case.plan.pk).state == state


def test_the_same_person_may_take_the_same_part_again():
    case = complete_plan(state=PlanState.RETURNED)
    plans.advance(case, PlanState.CITY_RECHECK)
    assert Decision.objects.of(case.plan).filter(seat__seat="reviewer").count() == 2


@pytest.mark.parametrize("answer", [None, "fail", "note", "perhaps"])
def test_a_plan_passes_only_with_every_item_answered(answer):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    for item in asked(case):
        rows = [row for row in all_passed() if row["code"] != item.code]
        if answer:
            rows.append({"code": item.code, "result": answer, "remark": " "})
        with pytest.raises(Refused) as refusal:
            services.approve_plan(case.reviewer, case.plan, on=ON, opinion=Opinion(checklist=rows))
        assert [problem.field for problem in refusal.value.problems] == [item.code]


def asked(case):
    return items_for(case.plan.policy_document.rules, ON)


def test_expert_review_and_site_visit_are_asked_for_only_where_the_document_says_so():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    optional = {"basics.experts", "basics.visit"}
    assert optional & {item.code for item in asked(case)} == set()
    rules = case.plan.policy_document.rules
    content = deepcopy(rules.content)
    content["parameters"]["site_visit_required"]["values"] = {"2022-05-27": "yes"}
    assert optional & {item.code for item in items_for(rules_from_content(content), ON)} == {"basics.visit"}


def test_a_noted_item_passes_with_its_note():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    rows = [row | {"result": "note", "remark": "现场核实"} for row in all_passed()]
    approved = services.approve_plan(case.reviewer, case.plan, on=ON, opinion=Opinion(checklist=rows))
    assert approved.state == PlanState.CITY_RECHECK
    stored = Decision.objects.of(case.plan).get(action="approve").checklist
    assert [row["remark"] for row in stored] == ["现场核实"] * len(ITEMS)


def test_the_checklist_keeps_only_its_own_items_and_words():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    forged = {"code": "basics.bribe", "result": "pass", "label": "x"}
    rows = [*({**row, "label": "伪造"} for row in all_passed()), forged]
    services.approve_plan(case.reviewer, case.plan, on=ON, opinion=Opinion(checklist=rows))
    stored = Decision.objects.of(case.plan).get(action="approve").checklist
    assert [row["code"] for row in stored] == [item.code for item in ITEMS]
    assert "伪造" not in {row["label"] for row in stored}


def test_the_city_confirms_with_a_checklist_of_its_own_or_none_but_not_with_half_of_one():
    case = complete_plan(state=PlanState.CITY_RECHECK)
    half = Opinion(checklist=all_passed()[:3])
    with pytest.raises(Refused):
        services.confirm_plan(case.officer, case.plan, on=ON, opinion=half)
    assert services.confirm_plan(case.officer, case.plan, on=ON).state == PlanState.APPROVED


@pytest.mark.parametrize("rows", [[], [{"code": "x", "text": " "}], [{"code": "", "text": "补"}]])
def test_a_return_names_what_to_correct(rows):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    with pytest.raises(InvalidInput):
        services.return_plan(
            case.reviewer, case.plan, on=ON, opinion=Opinion(reason="补正", deficiencies=rows)
        )
    assert Plan.objects.get(pk=case.plan.pk).state == PlanState.DISTRICT_REVIEW


def test_the_applicant_reads_all_deficiencies_beside_their_steps_until_the_plan_is_handed_in_again():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    rows = [
        {"code": "teaching.hours", "article": "三（三）1", "text": "补足学时"},
        {"code": "other.1", "text": "核对联系人"},
    ]
    services.return_plan(case.reviewer, case.plan, on=ON, opinion=Opinion("补正", deficiencies=rows))
    case.plan.refresh_from_db()
    found = selectors.open_deficiencies(case.plan)
    assert {step: [row.text for row in group] for step, group in found.items()} == {
        "teaching": ["补足学时"],
        "": ["核对联系人"],
    }
    plans.submit(case)
    case.plan.refresh_from_db()
    assert selectors.open_deficiencies(case.plan) == {}
    assert Deficiency.objects.filter(resolved_at=None).count() == 0


def _return_again(case, code):
    plans.advance(case, PlanState.DISTRICT_REVIEW)
    services.return_plan(
        case.reviewer,
        case.plan,
        on=ON,
        opinion=Opinion("再补正", deficiencies=[{"code": code, "text": "补正"}]),
    )
    return Deficiency.objects.order_by("id").last()


def test_a_defect_that_was_visible_at_an_earlier_return_counts_against_the_office():
    case = complete_plan(state=PlanState.RETURNED)
    assert _return_again(case, "textbooks.filed").late


def test_a_defect_that_was_named_before_does_not_count_against_the_office():
    case = complete_plan(state=PlanState.RETURNED)
    assert not _return_again(case, "teaching.hours").late


def test_a_defect_in_a_part_that_changed_meanwhile_does_not_count_against_the_office():
    case = complete_plan(state=PlanState.RETURNED)
    services.save_textbooks(case.clerk, case.plan, [*plans.textbooks(), *plans.textbooks()], on=ON)
    assert not _return_again(case, "textbooks.filed").late


def test_each_step_leaves_a_notice_for_whoever_is_next():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    rows = Notice.objects.filter(code="plans.plan.countersign").values_list(
        "role", "organisation", "district_code"
    )
    assert set(rows) == {
        (Role.ENTERPRISE_OPERATOR, case.enterprise.pk, ""),
        (Role.DISTRICT_REVIEWER, None, case.plan.district_id),
    }


def test_every_change_of_state_has_one_row_of_history_with_person_and_reason():
    case = complete_plan(state=PlanState.REJECTED)
    row = History.objects.of(case.plan).last()
    assert (row.action, row.from_state, row.to_state) == ("reject", "district_review", "rejected")
    assert (row.person_id, row.reason) == (case.reviewer.person_id, "不符合条件")


def test_another_districts_reviewer_and_another_enterprise_do_not_find_the_plan():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    elsewhere = plans.draft(district="110108")
    strangers = [elsewhere.reviewer, elsewhere.clerk, elsewhere.teacher]
    assert not any(Plan.objects.visible_to(actor).filter(pk=case.plan.pk).exists() for actor in strangers)
    case.reviewer_member = elsewhere.reviewer_member
    with pytest.raises(NotFound):
        plans.approve(case)


def test_offices_and_partners_do_not_see_a_draft():
    case = complete_plan(superior=True)
    for actor in (case.teacher, case.superior, case.reviewer, case.officer):
        assert not Plan.objects.visible_to(actor).exists()
    assert Plan.objects.visible_to(case.clerk).count() == 1


def test_the_district_supervisor_reads_and_does_not_decide():
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    supervisor = actor_of(accounts.member(Role.DISTRICT_SUPERVISOR, district=case.plan.district))
    assert Plan.objects.visible_to(supervisor).exists()
    with pytest.raises(Forbidden) as refusal:
        services.approve_plan(supervisor, case.plan, on=ON, opinion=plans.passed())
    assert refusal.value.code == "not_your_step"


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "尚未审核"), ("en", "Not judged yet")])
def test_a_refusal_speaks_the_readers_language(language, word):
    case = complete_plan(state=PlanState.DISTRICT_REVIEW)
    with translation.override(language), pytest.raises(Refused) as refusal:
        services.approve_plan(case.reviewer, case.plan, on=ON)
    assert word in str(refusal.value.problems[0].message)
