"""Plans of the demo city, from an empty draft to the city's approval."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.core.workdays import working_day_back
from apps.demo.files import pdf
from apps.demo.people import Staff
from apps.enterprises.models import Enterprise
from apps.institutions.models import Institution
from apps.plans import services
from apps.plans.checklist import all_passed
from apps.plans.enums import PlanDocumentKind
from apps.plans.inputs import Basics, CourseRow, LineRow, MentorRow, TextbookRow
from apps.plans.models import Plan

# Working days from one step of a plan to the next.
_BETWEEN = 2
# Class hours of each course by the term in years: together what the credits of the level ask for.
_COURSES = (
    ("职业素养与法律常识", "general", "institution", 40),
    ("专业理论与工艺", "theory", "institution", 120),
    ("岗位技能实训", "practice", "enterprise", 240),
)


@dataclass(frozen=True)
class Trade:
    """What an enterprise trains."""

    occupation: str
    occupation_name: str
    level: str
    months: int
    headcount: int


@dataclass
class Partners:
    """An enterprise, its institution, and those who act for them."""

    enterprise: Enterprise
    institution: Institution
    clerk: Actor
    teacher: Actor
    superior: Actor | None
    trade: Trade


def draft_plan(partners: Partners, *, on: date, starts_on: date) -> Plan:
    """A complete draft: everything that a submission needs."""
    clerk, trade = partners.clerk, partners.trade
    plan = services.create_plan(
        clerk, on=on, title=f"{starts_on.year}年{trade.occupation_name}新型学徒制培养计划"
    )
    basics = Basics(
        title=plan.title,
        institution_id=partners.institution.pk,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=trade.months * 365 // 12),
        contact_name="王敏",
        contact_phone="010-65000000",
        monthly_wage_fen=480_000,
    )
    services.save_basics(clerk, plan, basics, on=on)
    services.save_lines(
        clerk, plan, [LineRow(trade.occupation, trade.level, trade.headcount, trade.months)], on=on
    )
    years = trade.months // 12
    courses = [CourseRow(name, kind, place, hours * years) for name, kind, place, hours in _COURSES]
    services.save_courses(clerk, plan, courses, on=on)
    services.save_mentors(
        clerk,
        plan,
        [
            MentorRow("enterprise", "赵志强", "practice_years", years=9, fit_and_of_good_conduct=True),
            MentorRow("enterprise", "孙建国", "backbone", fit_and_of_good_conduct=True),
            MentorRow("institution", "钱晓燕", "dual_qualified", fit_and_of_good_conduct=True),
            MentorRow("institution", "周立新", "teaching_years", years=6, fit_and_of_good_conduct=True),
        ],
        on=on,
    )
    book = TextbookRow(
        f"{trade.occupation_name}（国家职业技能等级认定培训教程）", "national", "中国劳动社会保障出版社"
    )
    services.save_textbooks(clerk, plan, [book], on=on)
    for kind in (PlanDocumentKind.COOPERATION_AGREEMENT, PlanDocumentKind.MANAGEMENT_RULES):
        upload = pdf(str(kind.label), f"{kind.value} {plan.number}")
        services.attach_document(clerk, plan, kind=kind, upload=upload)
    plan.refresh_from_db()
    return plan


def story(
    partners: Partners, stage: str, staff: Staff, *, on: date, starts_on: date
) -> Generator[date, None, Plan]:
    """A plan from its draft to its stage, each step some days after the one before and the last on `on`
    or the last working day before."""
    steps = list(_steps(partners, stage, staff))
    days = [working_day_back(on, _BETWEEN * back) for back in range(len(steps), -1, -1)]
    yield days[0]
    plan = draft_plan(partners, on=days[0], starts_on=starts_on)
    for day, step in zip(days[1:], steps, strict=True):
        yield day
        plan = step(plan, on=day)
    return plan


def _steps(partners: Partners, stage: str, staff: Staff) -> Iterator[Callable[..., Plan]]:
    """What is done to a draft on the way to a stage."""
    if stage == "draft":
        return
    yield partial(services.submit_plan, partners.clerk)
    if partners.superior is not None:
        if stage == "consent":
            return
        yield partial(services.give_consent, partners.superior)
    if stage in ("consent", "countersign"):
        return
    yield partial(services.countersign_plan, partners.teacher)
    if stage == "district_review":
        return
    reviewer = staff.of_district[Role.DISTRICT_REVIEWER, partners.enterprise.organisation.district_id or ""]
    if stage == "returned":
        yield partial(services.return_plan, reviewer, opinion=_deficient())
        return
    if stage == "rejected":
        reason = "合作机构办学许可不含所申报等级，且企业一年内已有同类计划被退回。"
        yield partial(services.reject_plan, reviewer, opinion=Opinion(reason=reason))
        return
    yield partial(services.approve_plan, reviewer, opinion=Opinion(checklist=all_passed()))
    if stage != "city_recheck":
        yield partial(services.confirm_plan, staff.of_city[Role.CITY_OFFICER])


def _deficient() -> Opinion:
    return Opinion(
        reason="请按清单一次性补正后重新提交。",
        deficiencies=[
            {
                "code": "agreement.pages",
                "article": "三（二）1",
                "text": "校企合作协议缺少费用条款，请补充后盖章上传。",
            },
            {
                "code": "mentor.certificate",
                "article": "三（二）2",
                "text": "企业导师孙建国的技术骨干认定文件请补充说明。",
            },
        ],
    )
