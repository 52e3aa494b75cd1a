"""Two districts with the same in each: a row in every protected table, and marks to tell them by."""

from datetime import date

from django.db import connection

from apps.accounts.models import Organisation, Person
from apps.apprentices.models import MobileCorrection, RosterProblem, StatusRecord
from apps.casework.acting import acting
from apps.casework.engine import Opinion
from apps.casework.enums import Audience
from apps.casework.models import Decision, Deficiency, Note
from apps.claims.models import Claim
from apps.core.rls import WHOLE_CITY, within
from apps.payouts.models import (
    RecoveryOffset,
    RecoveryOffsetPart,
    RecoveryPart,
    RecoveryReceipt,
    RecoveryReminder,
    UndoneReceipt,
)
from apps.payouts.notice.facts import fix_notice
from apps.payouts.services.record_payment import record_failure
from apps.payouts.services.release_payment import release_payment
from apps.plans.models import Plan, PlanNumber, PlanSubmission, Textbook
from apps.statistics.counting import fold
from tests.factories import claims
from tests.factories.apprentices import ON
from tests.factories.claims import Money
from tests.factories.recoveries import signed_later
from tests.permission_banking import letter
from tests.permission_cases import _claim, _dispute, _document, _recovery, _roster
from tests.permission_ledger import _budget_request
from tests.permission_notices import objection_in
from tests.permission_objects import World
from tests.permission_recoveries import agreement, write_off

# What is written into everything of the other district that people write.
MARK = "别区印记"
_DAY = date(2023, 6, 1)


def mirrored() -> World:
    """A world whose two districts have a row in every protected table; the foreign one bears the mark."""
    world = World()
    _mark(world.foreign_of)
    fill(world.of, "本区")
    fill(world.foreign_of, MARK)
    _pay(world)
    fold()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_statedelta (subject, district_code, state, count)"
            " SELECT 'plans.plan', code, 'draft', 0 FROM unnest(%s) AS code",
            [[world.district.pk, world.foreign_district.pk]],
        )
    return world


def _pay(world: World) -> None:
    if "banking_paymentbatch" not in protected_tables():
        return
    from tests.mirror_bank import bank, pay_through
    from tests.mirror_reconciliation import reconcile

    one = bank()
    for district, text in ((world.district, "本区"), (world.foreign_district, MARK)):
        of, refused = (claims.money(people=1, district=district.pk) for _n in range(2))
        if text == MARK:
            _mark(of)
            _mark(refused)
        pay_through(one, of, text)
        claim = release_payment(refused.finance, claims.signed(refused), on=ON)
        record_failure(refused.finance, claim, on=ON, opinion=Opinion(reason=text))
    reconcile(world, MARK)


def _mark(of: Money) -> None:
    Organisation.objects.filter(pk__in=[of.shop.enterprise.pk, of.shop.institution.pk]).update(
        name=f"{MARK}企业", name_pinyin="biequ"
    )
    people = [row.person_id for row in of.enrolments()]
    actors = (of.clerk, of.reviewer, of.supervisor, of.finance, of.operator_of_institution)
    people += [actor.person_id for actor in actors if actor.person_id]
    Person.objects.filter(pk__in=people).update(name=f"{MARK}人")


def fill(of: Money, text: str) -> None:
    """Add what a paid claim does not leave behind by itself: remarks, defects, problems, receipts."""
    claim = _claim(of)
    plan, enrolment = of.shop.plan, of.enrolments()[0]
    for case in (plan, of.training_class, enrolment, claim):
        subject = {"subject_type": case._meta.label_lower, "subject_id": case.pk}
        Note.objects.create(
            **subject,
            audience=Audience.BOTH,
            text=text,
            author_id=of.clerk.user_id,
            author_role=of.clerk.role,
        )
    decision = Decision.objects.of(claim).first()
    Deficiency.objects.create(
        decision=decision, subject_type="claims.claim", subject_id=claim.pk, code="other", text=text
    )
    PlanSubmission.objects.create(
        plan=plan, version=99, content={"title": text}, sha256="0" * 64, submitted_by_id=of.clerk.user_id
    )
    _drafted(of, text)
    PlanNumber.objects.create(district_id=plan.district_id, year=1999, last=1)
    RosterProblem.objects.create(roster_file=_roster(of), row=7, cells=text, problems=[{"text": text}])
    StatusRecord.objects.create(
        enrolment=enrolment, change="suspend", effective_on=_DAY, reason=text, recorded_by_id=of.clerk.user_id
    )
    MobileCorrection.objects.create(
        enrolment=enrolment, after=text[:20], reason=text, recorded_by_id=of.clerk.user_id
    )
    claims.result(of, enrolment, "passed")
    _dispute(of)
    _document(of)
    _budget_request(of)
    objection_in(of, text)
    _money_back(of, claim, text)


def _drafted(of: Money, text: str) -> None:
    """A plan that is being written: only then textbooks can be added."""
    ready = of.shop.plan
    with acting(of.clerk, "create"):
        draft = Plan.objects.create(
            number=f"{ready.number}-2",
            title=text,
            enterprise_id=ready.enterprise_id,
            institution_id=ready.institution_id,
            district_id=ready.district_id,
            policy_document_id=ready.policy_document_id,
            created_by_id=ready.created_by_id,
        )
    Textbook.objects.create(plan=draft, row_key="textbook-1", title=text, publisher=text, kind="national")


def _money_back(of: Money, claim: Claim, text: str) -> None:
    recovery = _recovery(of)
    RecoveryPart.objects.create(
        recovery=recovery, fund_id=claims.SPECIAL, reservation_key=f"claim:{claim.pk}", amount_fen=100
    )
    receipt = RecoveryReceipt.objects.create(
        recovery=recovery,
        key=f"receipt:{recovery.pk}",
        amount_fen=1,
        received_on=_DAY,
        bank_serial=f"{text}{recovery.pk}",
        recorded_by_id=of.finance.user_id,
    )
    UndoneReceipt.objects.create(
        receipt=receipt,
        key=f"{text}{recovery.pk}",
        undone_on=_DAY,
        undone_by_id=of.finance.user_id,
        reason=text,
    )
    write_off(of)
    agreement(of)
    letter(of)
    fix_notice(recovery)
    RecoveryReminder.objects.create(
        recovery=recovery, due_on=recovery.due_on, days=1, open_fen=99, sent_on=_DAY
    )
    offset = RecoveryOffset.objects.create(
        recovery=recovery,
        claim=signed_later(of, on=ON),
        attempt=1,
        amount_fen=1,
        set_off_on=_DAY,
        set_off_by_id=of.finance.user_id,
    )
    RecoveryOffsetPart.objects.create(offset=offset, fund_id=claims.SPECIAL, drawn_fen=1, returned_fen=1)


def protected_tables() -> list[str]:
    """Every table that has a policy, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tablename::text FROM pg_policies WHERE schemaname = 'public' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def rows_shown(table: str, scope: str = WHOLE_CITY) -> set[str]:
    """The places of the rows of a table that a session of this scope sees."""
    with within(scope), connection.cursor() as cursor:
        cursor.execute(f"SELECT ctid::text FROM {connection.ops.quote_name(table)}")
        return {row[0] for row in cursor.fetchall()}
