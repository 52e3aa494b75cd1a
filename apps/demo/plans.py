"""Plans of the demo city, from an empty draft to the city's approval."""

from dataclasses import dataclass
from datetime import date, timedelta

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.demo.files import pdf
from apps.demo.people import Staff
from apps.enterprises.models import Enterprise
from apps.institutions.models import Institution
from apps.plans import services
from apps.plans.checklist import all_passed
from apps.plans.enums import PlanDocumentKind
from apps.plans.inputs import Basics, CourseRow, LineRow, MentorRow, TextbookRow
from apps.plans.models import Plan

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


def advance_plan(partners: Partners, plan: Plan, stage: str, staff: Staff, *, on: date) -> Plan:
    """Take the plan to its stage, each step by whoever has to take it."""
    reviewer = staff.of_district[Role.DISTRICT_REVIEWER, plan.district_id]
    city = staff.of_city[Role.CITY_OFFICER]
    if stage == "draft":
        return plan
    plan = services.submit_plan(partners.clerk, plan, on=on)
    if partners.superior is not None:
        if stage == "consent":
            return plan
        plan = services.give_consent(partners.superior, plan, on=on)
    if stage in ("consent", "countersign"):
        return plan
    plan = services.countersign_plan(partners.teacher, plan, on=on)
    if stage == "district_review":
        return plan
    if stage == "returned":
        return services.return_plan(reviewer, plan, on=on, opinion=_deficient())
    if stage == "rejected":
        reason = "合作机构办学许可不含所申报等级，且企业一年内已有同类计划被退回。"
        return services.reject_plan(reviewer, plan, on=on, opinion=Opinion(reason=reason))
    plan = services.approve_plan(reviewer, plan, on=on, opinion=Opinion(checklist=all_passed()))
    if stage == "city_recheck":
        return plan
    return services.confirm_plan(city, plan, on=on)


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
