"""What changed between two hand-ins, in rows that a reviewer reads."""

from dataclasses import replace

from django.utils import translation

from apps.casework.models import CaseDocument
from apps.plans import services
from apps.plans.differences import diff_submissions
from apps.plans.enums import PlanState, PlanStep
from tests.factories import plans
from tests.factories.plans import ON, complete_plan


def changes_after(write) -> list[tuple]:
    case = complete_plan(state=PlanState.RETURNED)
    write(case)
    plans.advance(case, PlanState.COUNTERSIGN)
    old, new = case.plan.submissions.order_by("version")
    with translation.override("zh-hans"):
        return [
            (row.step, row.kind, row.what, row.field, row.before, row.after)
            for row in diff_submissions(old, new)
        ]


def test_the_first_submission_differs_from_nothing():
    case = complete_plan(state=PlanState.COUNTERSIGN)
    assert diff_submissions(None, case.plan.submissions.get()) == []


def test_a_changed_figure_is_shown_with_both_values():
    def write(case):
        services.save_lines(case.clerk, case.plan, plans.lines(headcount=25), on=ON)

    assert changes_after(write) == [
        (PlanStep.LINES, "changed", "车工 · 高级工", "人数", "30", "25"),
    ]


def test_words_stand_for_codes_and_days_and_money():
    def write(case):
        values = {"monthly_wage_fen": 600_000, "includes_dispatched": True}
        services.save_basics(case.clerk, case.plan, plans.basics(case, **values), on=ON)
        first, *rest = plans.courses()
        services.save_courses(case.clerk, case.plan, [replace(first, kind="theory"), *rest], on=ON)

    assert changes_after(write) == [
        (PlanStep.BASICS, "changed", "培训期间最低月工资", "", "5,000.00", "6,000.00"),
        (PlanStep.BASICS, "changed", "含劳务派遣人员", "", "否", "是"),
        (PlanStep.TEACHING, "changed", "职业道德与法律常识", "类别", "通用素质", "专业理论"),
    ]


def test_rows_that_came_and_went_are_named():
    def write(case):
        services.save_textbooks(
            case.clerk, case.plan, [replace(plans.textbooks()[0], title="车工（技师）")], on=ON
        )

    assert changes_after(write) == [
        (PlanStep.TEXTBOOKS, "removed", "车工（高级）", "", "", ""),
        (PlanStep.TEXTBOOKS, "added", "车工（技师）", "", "", ""),
    ]


def test_a_replaced_document_is_named_even_under_the_same_title():
    def write(case):
        old = CaseDocument.objects.of(case.plan).get(kind="management_rules")
        services.attach_document(
            case.clerk,
            case.plan,
            kind="management_rules",
            upload=plans.upload("management_rules.pdf", plans.PDF + b"2"),
            replaces=old.pk,
        )

    assert [row[:2] for row in changes_after(write)] == [
        (PlanStep.DOCUMENTS, "removed"),
        (PlanStep.DOCUMENTS, "added"),
    ]
