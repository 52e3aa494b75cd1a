"""Makes the demo city: everybody and everything through the services that people use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from apps.accounts.actors import Actor
from apps.accounts.models import District, Organisation, User
from apps.accounts.roles import OrganisationKind, Role
from apps.accounts.services.memberships import give_apprentice_access
from apps.accounts.services.organisations import create_organisation
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import TrainingClass
from apps.catalogue.models import Occupation
from apps.claims.enums import ClaimKind
from apps.core import clock
from apps.core.garbage import collecting_rarely
from apps.core.workdays import add_working_days
from apps.demo import banking, claims, classes, plans
from apps.demo.calendar import standing_still
from apps.demo.enterprises import ENTERPRISES, INSTITUTIONS, MORE, STAGES, SUPERIOR_UNITS
from apps.demo.invention import Inventor
from apps.demo.people import Registry, Staff, hire_offices
from apps.demo.plans import Partners, Trade
from apps.demo.playing import Stage, Story, lay_notices_in_order, stage
from apps.enterprises.services import confirm_bank_account, enter_bank_account, open_enterprise
from apps.institutions.models import Institution
from apps.institutions.services import add_licence_scope, list_institution, open_institution
from apps.payouts.services.record_appropriation import record_appropriation

SHOWN_DISTRICT = "110105"
# Notices that are older were read by those whom they concern.
READ_AFTER_DAYS = 14
# Appropriated to a district for a year: the dedicated account runs out first, so that both funds are used.
BUDGETS_FEN = (("special_account", 400_000_00), ("employment_fund", 2_600_000_00))
# How long ago the training of a stage began, in days beyond its term (below zero: not over yet).
_BEFORE_CLASS = frozenset(
    {"draft", "consent", "countersign", "district_review", "returned", "rejected", "city_recheck", "approved"}
)
_SETTLED = frozenset({"remainder_paid", "completed", "recovering"})
_OVER = frozenset({"assessed", "remainder_review", "remainder_paid", "completed", "recovering"})


@dataclass(frozen=True)
class Extent:
    """How much of the city is made; tests and trials make a small one."""

    enterprises: tuple[tuple[str, str, str, str, str, int, int, str], ...] = ENTERPRISES
    institutions: tuple[tuple[str, str, str], ...] = INSTITUTIONS
    # Which enterprise (by its place) stands where; several pipelines may belong to one.
    pipelines: tuple[tuple[int, str], ...] = (*enumerate(STAGES), *MORE)
    # Districts with offices and budgets; None means every district.
    districts: frozenset[str] | None = None
    # Whether the last month of the shown district went through its bank.
    bank_month: bool = True


WHOLE = Extent()


@dataclass
class City:
    """What was made, for the command to report."""

    staff: Staff
    partners: list[Partners]
    registry: Registry


def make_city(
    *, seed: int, today: date, say: Callable[[str], None] = lambda _line: None, extent: Extent = WHOLE
) -> City:
    """Make the city in one transaction: an interrupted run leaves nothing behind."""
    with standing_still(), collecting_rarely(), stage() as days:
        return _make(Inventor(seed, today), today, say, extent, days)


def _make(inventor: Inventor, today: date, say: Callable[[str], None], extent: Extent, days: Stage) -> City:
    since = today - timedelta(days=4 * 365)
    with days.on(since):
        registry = Registry(inventor, since)
        staff = hire_offices(registry, SHOWN_DISTRICT, extent.districts)
        say("offices")
        partners = _found_partners(registry, staff, today, extent)
        _readers(registry)
        say("enterprises and institutions")
    pipelines = [
        _pipeline(partners[number], stage, number, inventor, staff, registry, today)
        for number, stage in extent.pipelines
    ]
    days.play([_open_budgets(staff, today, extent), *pipelines])
    if extent.districts is None or SHOWN_DISTRICT in extent.districts:
        _bank(registry, staff, today, extent)
    lay_notices_in_order(today - timedelta(days=READ_AFTER_DAYS))
    # Their one password was given out today, however long they are here.
    User.objects.update(password_changed_at=clock.now())
    say("plans, classes and claims")
    return City(staff, partners, registry)


def _bank(registry: Registry, staff: Staff, today: date, extent: Extent) -> None:
    """The month at the bank is played when it is known what was released in it, on days of its own."""
    with stage() as days:
        with days.on(today - banking.MONTH):
            treasury = banking.open_treasury(registry, staff, SHOWN_DISTRICT, today)
        if extent.bank_month:
            days.play([banking.story(treasury, today)])


def _open_budgets(staff: Staff, today: date, extent: Extent) -> Story:
    for year in range(today.year - 3, today.year + 1):
        # Before anything is signed in the year.
        yield date(year, 1, 1)
        for district in District.objects.order_by("position"):
            if extent.districts is not None and district.pk not in extent.districts:
                continue
            for fund, fen in BUDGETS_FEN:
                record_appropriation(
                    staff.of_city[Role.FINANCE_OFFICER],
                    key=f"appropriation:{fund}:{district.pk}:{year}",
                    fund=fund,
                    district=district.pk,
                    year=year,
                    amount_fen=fen,
                    document=f"京财社〔{year}〕1号",
                    on=date(year, 1, 4),
                )


def _found_partners(registry: Registry, staff: Staff, today: date, extent: Extent) -> list[Partners]:
    inventor, admin = registry.inventor, staff.system_admin
    superiors = [
        create_organisation(
            admin, kind=OrganisationKind.SUPERIOR_UNIT, name=name, uscc=inventor.credit_code()
        )
        for name in SUPERIOR_UNITS
    ]
    acting = {
        unit.pk: registry.member(
            f"demo-superior-unit-{place + 1}",
            Role.SUPERIOR_UNIT,
            organisation=unit,
            label="superior_unit" * (place == 0),
        )
        for place, unit in enumerate(superiors)
    }
    schools = _schools(registry, staff, today, extent)
    found = []
    for place, row in enumerate(extent.enterprises):
        district, name, industry, occupation, level, months, headcount, size = row
        superior = superiors[place // 2 % 2] if place % 2 == 0 else None
        enterprise = open_enterprise(
            admin,
            name=name,
            uscc=inventor.credit_code(),
            district=District.objects.get(pk=district),
            industry_code=industry,
            size=size,
            superior=superior,
        )
        clerk = registry.member(
            f"demo-enterprise-{place + 1:02d}",
            Role.ENTERPRISE_OPERATOR,
            organisation=enterprise.organisation,
            label="enterprise_operator" if place == 0 else "",
        )
        account = enter_bank_account(
            clerk,
            enterprise.organisation,
            account_number=inventor.account(),
            bank_name="中国工商银行北京分行",
        )
        confirm_bank_account(staff.of_district[Role.DISTRICT_REVIEWER, district], account)
        institution, teacher = schools.get(district) or schools[SHOWN_DISTRICT]
        trade = Trade(occupation, Occupation.objects.get(pk=occupation).name, level, months, headcount)
        _cover(staff, institution, trade, today)
        found.append(
            Partners(
                enterprise=enterprise,
                institution=institution,
                clerk=clerk,
                teacher=teacher,
                superior=acting[superior.pk] if superior else None,
                trade=trade,
            )
        )
    return found


def _schools(
    registry: Registry, staff: Staff, today: date, extent: Extent
) -> dict[str, tuple[Institution, Actor]]:
    since = today - timedelta(days=5 * 365)
    schools = {}
    for place, (district, name, kind) in enumerate(extent.institutions):
        institution = open_institution(
            staff.system_admin,
            name=name,
            uscc=registry.inventor.credit_code(),
            district=District.objects.get(pk=district),
            kind=kind,
            licence_no=f"人社民{district}{place + 1:04d}号",
            licence_valid_from=since,
        )
        institution = list_institution(staff.of_city[Role.CITY_OFFICER], institution, on=since)
        teacher = registry.member(
            f"demo-institution-{place + 1:02d}",
            Role.INSTITUTION_OPERATOR,
            organisation=institution.organisation,
            label="institution_operator" if place == 0 else "",
        )
        schools[district] = (institution, teacher)
    return schools


def _cover(staff: Staff, institution: Institution, trade: Trade, today: date) -> None:
    if institution.scopes.filter(occupation_code=trade.occupation, level_code=trade.level).exists():
        return
    add_licence_scope(
        staff.of_city[Role.CITY_OFFICER],
        institution,
        occupation_code=trade.occupation,
        level_code=trade.level,
        valid_from=today - timedelta(days=5 * 365),
    )


def _pipeline(
    partners: Partners,
    stage: str,
    number: int,
    inventor: Inventor,
    staff: Staff,
    registry: Registry,
    today: date,
) -> Story:
    """One plan of one enterprise as far as its stage, on the days on which that would have happened."""
    term = timedelta(days=partners.trade.months * 365 // 12)
    waited = timedelta(days=1 + (number * 7) % 24)
    if stage in _BEFORE_CLASS:
        starts_on, applied = today + timedelta(days=45), today - waited
    elif stage in _OVER:
        # Where the remainder was claimed as well, there was time for its public notice.
        starts_on = today - term - timedelta(days=30 + 20 * (stage in _SETTLED) + number % 15)
        applied = starts_on - timedelta(days=60)
    else:
        starts_on = today - (
            timedelta(days=14) if stage == "roster" else timedelta(days=60 + number * 2 % 60)
        )
        applied = starts_on - timedelta(days=60)
    approved = applied + timedelta(days=20 * (stage not in _BEFORE_CLASS))
    plan = yield from plans.story(partners, stage, staff, on=approved, starts_on=starts_on)
    if stage in _BEFORE_CLASS:
        return
    opened = starts_on - timedelta(days=20)
    yield opened
    training_class = classes.open_roster(partners, plan, inventor, on=opened, starts_on=starts_on)
    if stage == "roster":
        return
    if stage == "class_review":
        from apps.apprentices.services import submit_roster

        yield today - waited
        submit_roster(partners.clerk, training_class, on=today - waited)
        return
    training_class = yield from classes.enrol(partners, training_class, staff, on=starts_on)
    yield from _after_enrolment(partners, training_class, stage, number, inventor, staff, registry, today)


_ADVANCE = {
    "enrolled": "",
    "advance_review": "review",
    "second_signature": "signature",
    "released": "released",
}


def _after_enrolment(
    partners: Partners,
    training_class: TrainingClass,
    stage: str,
    number: int,
    inventor: Inventor,
    staff: Staff,
    registry: Registry,
    today: date,
) -> Story:
    starts_on = training_class.starts_on
    district = training_class.district_id
    until = _ADVANCE.get(stage, "paid")
    if until:
        on = starts_on + timedelta(days=30) if until == "paid" else today - timedelta(days=1 + number % 12)
        if until == "paid" and banking.pays(district, stage, SHOWN_DISTRICT, on, today):
            until = "released"
        # Of what waits for the signature every other claim is still published; one of these is objected to.
        published = number % 2 == 0
        advance = yield from claims.story(
            partners, training_class, ClaimKind.ADVANCE, until, staff, on=on, published=published
        )
        if until == "signature" and not published:
            yield today
            claims.object_to(advance, on=today)
    if stage not in _OVER and stage != "training":
        return
    over = stage in _OVER
    ended = training_class.ends_on if over else today - timedelta(days=1)
    # What was held on the last day is recorded the day after.
    yield ended + timedelta(days=1)
    classes.teach(partners, training_class, whole=over, on=ended)
    leavers = training_class.enrolments.count() - 2 if stage == "recovering" else 1 + number % 3
    classes.leave(partners, training_class, leavers, on=ended - timedelta(days=5))
    if number == 0 or (stage == "training" and number % 5 == 1):
        _apprentice_signs_in(training_class, number, registry)
    if not over:
        return
    assessed_on = ended + timedelta(days=7)
    yield assessed_on
    classes.assess(partners, training_class, inventor, on=assessed_on, failing=1 + number % 2)
    if stage == "assessed":
        return
    on = claims.paid_after(training_class, assessed_on)
    at_bank = banking.pays(district, stage, SHOWN_DISTRICT, on, today)
    until = "review" if stage == "remainder_review" else "released" if at_bank else "paid"
    found = yield from claims.story(partners, training_class, ClaimKind.REMAINDER, until, staff, on=on)
    after = add_working_days(on, 2)
    if stage == "recovering" and found.net_fen < 0:
        yield after
        claims.repay_part(found, staff, on=after)
    if stage == "completed":
        yield after
        classes.complete(partners, training_class, on=after)


def _apprentice_signs_in(training_class: TrainingClass, number: int, registry: Registry) -> None:
    """One apprentice of the class has an account; in a few classes one disputes a day."""
    rows = training_class.enrolments.filter(state=EnrolmentState.ENROLLED).select_related("person")
    enrolment = rows.order_by("id")[0]
    user = registry.account_of(f"demo-apprentice-{number + 1:02d}", enrolment.person)
    shown = not registry.apprentice_shown and training_class.district_id == SHOWN_DISTRICT
    registry.apprentice_shown = registry.apprentice_shown or shown
    membership = give_apprentice_access(
        registry.system, user, on=registry.since, demo_label="apprentice" if shown else ""
    )
    if not shown:
        classes.dispute(registry.acting(membership), enrolment)


def _readers(registry: Registry) -> None:
    superior = Organisation.objects.filter(kind=OrganisationKind.SUPERIOR_UNIT).order_by("id").first()
    registry.member("demo-observer", Role.OBSERVER, organisation=superior, label="observer")
    firm = create_organisation(
        registry.staff.system_admin,
        kind=OrganisationKind.AUDITOR,
        name="北京公允会计师事务所",
        uscc=registry.inventor.credit_code(),
    )
    registry.member("demo-auditor", Role.AUDITOR, organisation=firm, label="auditor")
