"""One class through the whole process in a real browser, each step by the role to which it belongs.

The pictures in `test-results/screenshots/process-*.png` show each page as its role saw it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from apps.accounts.middleware import actor_of
from apps.apprentices.models import TrainingClass
from apps.apprentices.roster.columns import COLUMNS
from apps.casework.services.documents import add_document
from apps.claims.models import Claim
from apps.core import invariants
from apps.core.clock import BEIJING, today
from apps.core.spreadsheets import Sheet, write_workbook
from apps.core.workdays import is_working_day
from apps.demo.calendar import put_ahead
from apps.demo.city import Extent, make_city
from apps.demo.enterprises import ENTERPRISES, INSTITUTIONS
from apps.demo.files import pdf, picture
from apps.plans.enums import Place
from apps.plans.models import Plan
from apps.training.enums import EvidenceKind, Mode
from apps.training.services.record_sessions import record_sessions
from apps.training.services.storing import SessionFacts
from tests.e2e.walking import Walker, membership, walking
from tests.factories import numbers

DISTRICT = "110105"
CAST = Extent(
    enterprises=ENTERPRISES[:1], institutions=INSTITUTIONS[:1], pipelines=(), districts=frozenset({DISTRICT})
)
OCCUPATION, LEVEL, MONTHS = ENTERPRISES[0][3], ENTERPRISES[0][4], ENTERPRISES[0][5]
COURSES = (
    ("职业素养与法律常识", "general", "institution", 80),
    ("专业理论与工艺", "theory", "institution", 240),
    ("岗位技能实训", "practice", "enterprise", 480),
)


@pytest.fixture
def walker(chromium: Browser, live_server, transactional_db: None) -> Iterator[Walker]:
    """A browser before the demo city's sign-in page."""
    call_command("load_reference", verbosity=0)
    make_city(seed=7, today=today(), extent=CAST)
    with walking(chromium, live_server.url, "process") as found:
        yield found


@pytest.mark.slow
def test_a_class_goes_from_the_application_to_the_last_yuan(walker, tmp_path, tasks_run_at_once):
    plan = apply(walker)
    decide_on_the_plan(walker, plan)
    group = register(walker, plan, tmp_path)
    claim_and_pay(walker, group, "advance")
    put_ahead(130)
    train(walker, group)
    report_results(walker, group)
    claim = claim_and_pay(walker, group, "remainder")
    follow_the_money(walker, claim)
    assert [found for found in invariants.audit() if not found.holds] == []


# The plan ------------------------------------------------------------------------------------------


def apply(walker: Walker) -> Plan:
    """The enterprise writes its plan in the wizard and hands it in."""
    page, start = walker.page, today() + timedelta(days=1)
    walker.become("enterprise_operator")
    walker.look("enterprise-home", phone=True)
    page.goto("/portal/plans/")
    walker.press('form[action$="/plans/new/"] button')
    page.locator("#id_title").fill("2026年数控装备新型学徒制培养计划")
    page.locator("#id_institution_id").select_option(str(membership("institution_operator").organisation_id))
    page.locator("#id_starts_on").fill(start.isoformat())
    page.locator("#id_ends_on").fill((start + timedelta(days=MONTHS * 31)).isoformat())
    page.locator("#id_contact_name").fill("王敏")
    page.locator("#id_contact_phone").fill("010-65000000")
    page.locator("#id_monthly_wage_fen").fill("4800")
    walker.look("plan-basics", phone=True)
    walker.press('button[name="do"][value="next"]')
    write_rows(walker, "lines", [{"occupation": OCCUPATION, "level": LEVEL, "headcount": "3"}])
    write_rows(
        walker,
        "teaching",
        [
            {"name": name, "kind": kind, "place": place, "hours": str(hours)}
            for name, kind, place, hours in COURSES
        ],
    )
    write_rows(walker, "mentors", mentors())
    write_rows(
        walker, "textbooks", [{"title": "数控加工（国家职业技能等级认定培训教程）", "kind": "national"}]
    )
    for kind in ("cooperation_agreement", "management_rules"):
        file = pdf(kind, kind)
        page.locator(f"#file-{kind}").set_input_files(
            {"name": file.name, "mimeType": "application/pdf", "buffer": file.read()}
        )
        walker.press(f"#document-{kind} button[name='do'][value='upload']")
    walker.look("plan-documents")
    walker.press('button[name="do"][value="next"]')
    walker.look("plan-check", phone=True)
    walker.press("form.step-foot button.btn-primary")
    plan = Plan.objects.get()
    assert plan.state == "consent"
    return plan


def mentors() -> list[dict[str, str]]:
    return [
        {
            "side": "enterprise",
            "name": "赵志强",
            "qualification": "practice_years",
            "years": "9",
            "fit_and_of_good_conduct": "on",
        },
        {
            "side": "institution",
            "name": "钱晓燕",
            "qualification": "dual_qualified",
            "fit_and_of_good_conduct": "on",
        },
    ]


def write_rows(walker: Walker, name: str, rows: list[dict[str, str]]) -> None:
    """Fill in the rows of a step, adding some where there are too few, and go on."""
    page = walker.page
    for place, row in enumerate(rows):
        if page.locator(f"#id_rows-{place}-row_key").count() == 0:
            page.locator('button[name="do"][value="add"]').click()
            page.locator(f"#id_rows-{place}-row_key").wait_for(state="attached")
        for field, value in row.items():
            put(page, f"#id_rows-{place}-{field}", value)
    # What was typed is saved a moment later.
    page.wait_for_load_state("networkidle")
    walker.look(f"plan-{name}", phone=name in ("teaching", "mentors"))
    walker.press('button[name="do"][value="next"]')


def put(page: Page, selector: str, value: str) -> None:
    """Type, choose or tick, as the input asks for."""
    field = page.locator(selector)
    if field.evaluate("node => node.tagName") == "SELECT":
        field.select_option(value)
    elif field.get_attribute("type") == "checkbox":
        field.check()
    else:
        field.fill(value)


def decide_on_the_plan(walker: Walker, plan: Plan) -> None:
    """Superior unit, institution, district and city, one after the other."""
    page = walker.page
    walker.become("superior_unit")
    page.goto("/portal/")
    walker.look("superior-todo", phone=True)
    page.locator("#todo a").first.click()
    page.wait_for_url(f"**/portal/plans/{plan.pk}/#decide")
    walker.look("plan-consent")
    walker.decide("consent")
    walker.become("institution_operator")
    page.goto(f"/portal/plans/{plan.pk}/")
    walker.look("plan-countersign", phone=True)
    walker.decide("countersign")
    walker.become("district_reviewer")
    walker.look("district-home", phone=True)
    page.goto("/desk/queue/")
    walker.look("district-queue", phone=True)
    walker.press(f'a[data-open][href$="/plans/{plan.pk}/"]')
    walker.look("plan-review", phone=True)
    walker.decide("pass_open")
    walker.look("plan-review-checked")
    walker.decide("approve")
    walker.become("city_city_officer")
    page.goto(f"/desk/plans/{plan.pk}/")
    walker.look("plan-recheck")
    walker.decide("pass_open")
    walker.decide("confirm")
    walker.look("plan-approved")
    plan.refresh_from_db()
    assert plan.state == "approved"


# The class -----------------------------------------------------------------------------------------


def register(walker: Walker, plan: Plan, folder: Path) -> TrainingClass:
    """The enterprise opens a class and uploads its roster; the district approves it."""
    page = walker.page
    walker.become("enterprise_operator")
    page.goto("/portal/classes/open/")
    page.locator("#id_line").select_option(str(plan.lines.get().pk))
    page.locator("#id_starts_on").fill(plan.starts_on.isoformat())
    walker.look("class-open")
    walker.press("main form button.btn-primary")
    group = TrainingClass.objects.get()
    page.goto(f"/portal/classes/{group.pk}/roster/")
    walker.look("roster-upload", phone=True)
    page.locator("#id_file").set_input_files(roster(folder, group))
    walker.press("main form button.btn-primary")
    page.locator("#problems").wait_for()
    expect(page.locator("#problems")).to_contain_text("李错号")
    walker.look("roster-read", phone=True)
    page.goto(f"/portal/classes/{group.pk}/")
    walker.look("class-roster", phone=True)
    walker.decide("submit")
    walker.become("district_reviewer")
    page.goto(f"/desk/classes/{group.pk}/")
    walker.look("class-review", phone=True)
    walker.decide("approve")
    group.refresh_from_db()
    assert group.enrolments.filter(state="enrolled").count() == 3
    return group


def roster(folder: Path, group: TrainingClass) -> Path:
    """Three good rows, and one whose identity number is wrong."""
    people = [
        ("张一鸣", numbers.id_number()),
        ("王欣怡", numbers.id_number()),
        ("刘浩然", numbers.id_number()),
    ]
    wrong = numbers.id_number()
    people.append(("李错号", wrong[:-1] + ("1" if wrong[-1] != "1" else "2")))
    rows = [
        {
            "name": name,
            "id_number": number,
            "mobile": numbers.mobile(),
            "post_kind": "新招用",
            "contract_from": (today() - timedelta(days=60)).isoformat(),
            "contract_to": (group.ends_on + timedelta(days=400)).isoformat(),
            "insured_in_city": "是",
            "person_status": "在职职工",
            "agreement_signed_on": today().isoformat(),
        }
        for name, number in people
    ]
    path = folder / "学徒花名册.xlsx"
    write_workbook(path, [Sheet("花名册", COLUMNS, rows)])
    return path


# Money ---------------------------------------------------------------------------------------------


def claim_and_pay(walker: Walker, group: TrainingClass, kind: str) -> Claim:
    """The claim computes itself and goes through four hands to the bank."""
    page = walker.page
    walker.become("enterprise_operator")
    page.goto("/portal/")
    walker.look(f"{kind}-todo", phone=True)
    page.locator('#todo a[href$="#claimable"]').first.click()
    walker.look(f"{kind}-claimable")
    walker.press(f'tr:has(input[name="kind"][value="{kind}"]) button')
    walker.look(f"{kind}-claim", phone=True)
    walker.decide("submit")
    claim = Claim.objects.get(kind=kind, training_class=group)
    walker.become("district_reviewer")
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look(f"{kind}-review", phone=True)
    walker.decide("approve")
    walker.become("district_supervisor")
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look(f"{kind}-published", phone=True)
    notice_is_over(walker, claim)
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look(f"{kind}-signature")
    walker.decide("sign")
    walker.look(f"{kind}-password")
    walker.confirm_money()
    walker.become("finance_officer")
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look(f"{kind}-release")
    walker.decide("release")
    walker.confirm_money()
    page.goto(f"/desk/claims/{claim.pk}/")
    page.locator("#id_paid_on").fill(today().isoformat())
    page.locator("#id_bank_serial").fill(f"ICBC{claim.pk:012d}")
    walker.look(f"{kind}-bank", phone=True)
    walker.press("#bank form button.btn-primary")
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look(f"{kind}-paid")
    claim.refresh_from_db()
    assert claim.state == "paid"
    return claim


def notice_is_over(walker: Walker, claim: Claim) -> None:
    """Everybody reads the masked list for its days; then they are over."""
    notice = claim.public_notices.get()
    walker.page.goto(f"/notices/{notice.pk}/")
    walker.look(f"{claim.kind}-notice", phone=True)
    put_ahead((notice.ends_on - today()).days + 1)


def follow_the_money(walker: Walker, claim: Claim) -> None:
    """From a paid line back to its rule, its article, its people and its legs; also in English."""
    page = walker.page
    line = claim.lines.order_by("id").first()
    page.goto(f"/desk/trace/lines/{line.pk}/")
    for part in ("#rule", "#facts", "#people", "#documents", "#payments", "#legs"):
        expect(page.locator(part)).to_be_visible()
    expect(page.locator("#rule .article").first).to_be_visible()
    assert page.locator("#people tbody tr").count() >= 8
    assert page.locator("#legs tbody tr").count() >= 2
    walker.look("trace", phone=True)
    page.get_by_role("button", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"/desk/trace/lines/{line.pk}/")
    walker.look("trace-in-english")
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look("claim-in-english")


# Training ------------------------------------------------------------------------------------------


def train(walker: Walker, group: TrainingClass) -> None:
    """One lesson by form; the others, of both sides, through the service that the files go through."""
    page = walker.page
    walker.become("institution_operator")
    page.goto(f"/portal/training/{group.pk}/record/")
    days = working_days(group.starts_on)
    theory = group.plan.courses.get(kind="theory")
    page.locator("#id_course").select_option(str(theory.pk))
    page.locator("#id_mentor").select_option(index=1)
    page.locator("#id_mode").select_option("classroom")
    page.locator("#id_day").fill(next(days).isoformat())
    page.locator("#id_starts").fill("08:30")
    page.locator("#id_ends").fill("17:30")
    page.locator("#id_topic").fill("机械制图")
    walker.look("session-form", phone=True)
    walker.press("main form button.btn-primary")
    teach_the_rest(group, days)
    page.goto(f"/portal/training/{group.pk}/")
    walker.look("training", phone=True)


def teach_the_rest(group: TrainingClass, days: Iterator[date]) -> None:
    for side, label, mode in (
        (Place.INSTITUTION, "institution_operator", Mode.CLASSROOM),
        (Place.ENTERPRISE, "enterprise_operator", Mode.ON_THE_JOB),
    ):
        actor = actor_of(membership(label))
        mentor = group.plan.mentors.filter(side=side.value).first()
        present = dict.fromkeys(group.enrolments.values_list("pk", flat=True))
        reports = []
        for course in group.plan.courses.filter(place=side):
            for _number in range(-(-course.hours // 12)):
                day = next(days)
                reports.append(
                    SessionFacts(
                        course=course,
                        mentor=mentor,
                        mode=mode,
                        starts_at=datetime.combine(day, time(8, 30), BEIJING),
                        ends_at=datetime.combine(day, time(17, 30), BEIJING),
                        attendance=present,
                        topic=course.name,
                    )
                )
        held = record_sessions(actor, group, reports, on=today())
        for number, session in enumerate(held[:3]):
            upload = picture(f"现场照片{number + 1}", session.pk * 8 + number)
            add_document(actor, session, kind=EvidenceKind.PHOTO, upload=upload, title="培训现场照片")


def working_days(start: date) -> Iterator[date]:
    day = start
    while True:
        if is_working_day(day):
            yield day
        day += timedelta(days=1)


def report_results(walker: Walker, group: TrainingClass) -> None:
    """Two pass, one of them with a certificate; one fails."""
    page, on = walker.page, today().isoformat()
    page.goto(f"/portal/training/{group.pk}/results/")
    rows = page.locator("main tbody tr")
    for place, (result, number) in enumerate(
        (("passed", "S110105000000001"), ("passed", ""), ("failed", ""))
    ):
        row = rows.nth(place)
        row.locator("select[name$=result]").select_option(result)
        row.locator("input[name$=assessed_on]").fill(on)
        if number:
            row.locator("select[name$=certificate_kind]").select_option("skill_level")
            row.locator("input[name$=certificate_number]").fill(number)
            row.locator("input[name$=certificate_on]").fill(on)
    walker.look("results", phone=True)
    walker.press("main form[method=post] .actions button.btn-primary")
    walker.look("results-saved")
    assert group.enrolments.exclude(assessment=None).count() == 3
