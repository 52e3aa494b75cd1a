"""Claims under a document that has them published, and objections to what was published.

of = published(people=3)              # a class under the project's documents as they are
claim = of_notice(of)                 # approved and published on ON
objection = objected(claim, 2)        # by the public page, to line 2
"""

from datetime import date

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim, NoticeLine, Objection, PublicNotice
from apps.claims.services.decide_objection import dismiss_objection, uphold_objection
from apps.claims.services.raise_objection import Objector, raise_objection
from apps.claims.services.review_claim import send_back_claim
from apps.core.workdays import add_working_days
from tests.factories import accounts, apprentices
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.factories.claims import Money

OBJECTOR = Objector("赵举报", "13900001111")
REASON = "此人从未在该企业工作。"


def published(*, people: int = 3, **options: object) -> Money:
    """A class whose claims are published for five working days before they are signed."""
    apprentices.policy(published=True)
    return make.money(people=people, **options)


def of_notice(of: Money, kind: ClaimKind = ClaimKind.ADVANCE, *, on: date = ON) -> Claim:
    """A claim that was approved, and published by that."""
    return make.approved(of, kind, on=on)


def by_hand(of: Money, claim: Claim | None = None, *, on: date = ON, days: int = 5) -> PublicNotice:
    """A notice of a claim that waits for its signature, whatever the document says."""
    claim = claim or make.approved(of)
    notice = PublicNotice.objects.create(
        number=f"GS{claim.number[2:]}",
        claim=claim,
        district_id=claim.district_id,
        enterprise_id=claim.enterprise_id,
        institution_id=claim.institution_id,
        kind=claim.kind,
        policy_document_id=claim.policy_document_id,
        article="四（四）",
        days=days,
        published_on=on,
        ends_on=add_working_days(on, days),
        people=claim.line_count,
        amount_fen=claim.pay_fen,
        published_by_id=of.reviewer.user_id,
    )
    for position, row in enumerate(claim.lines.order_by("id"), start=1):
        NoticeLine.objects.create(
            notice=notice,
            district_id=claim.district_id,
            position=position,
            enrolment_id=row.enrolment_id,
            calculation_id=row.calculation_id,
            amount_fen=row.amount_fen,
            shown_name="王**",
            occupation_id=row.enrolment.occupation_id,
            level_id=row.enrolment.level_id,
            months=row.enrolment.term_months,
        )
    return notice


def notice_of(claim: Claim) -> PublicNotice:
    return PublicNotice.objects.standing().get(claim=claim)


def day_after(claim: Claim) -> date:
    """The first working day on which the claim can be signed."""
    return add_working_days(notice_of(claim).ends_on, 1)


def line(claim: Claim, position: int = 1) -> NoticeLine:
    return notice_of(claim).lines.get(position=position)


def objected(claim: Claim, position: int = 1, *, on: date = ON) -> Objection:
    """Somebody objected by the public page."""
    return raise_objection(None, line(claim, position), OBJECTOR, REASON, on=on)


def examiner(of: Money) -> Actor:
    """An officer of the district who had no part in the claim."""
    return actor_of(accounts.member(Role.DISTRICT_REVIEWER, district=of.training_class.district))


def sent_back(of: Money, claim: Claim, *, on: date) -> Claim:
    """The supervisor sends the claim back to the reviewer, whose approval leaves held lines out."""
    return send_back_claim(of.supervisor, claim, on=on, opinion=Opinion(reason="有异议"))


def dismissed(of: Money, objection: Objection, *, on: date = ON) -> Objection:
    return dismiss_objection(examiner(of), objection, on=on, opinion=Opinion(reason="经核查，社保记录齐全。"))


def upheld(of: Money, objection: Objection, *, on: date = ON) -> Objection:
    return uphold_objection(examiner(of), objection, on=on, opinion=Opinion(reason="经核查，该人已退休。"))
