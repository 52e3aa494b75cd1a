"""A claim is published when the district approves it, and taken down when it goes back."""

from datetime import date

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import notices
from apps.casework.models import Notice
from apps.claims.models import Claim, NoticeLine, PublicNotice
from apps.claims.publicity import (
    ARTICLE,
    is_published,
    must_be_published,
    notice_days,
    paying_lines,
    standing_notice,
)
from apps.claims.sentences import NO_LINE_LEFT, PUBLISHED_ANEW
from apps.core.identifiers import mask_name
from apps.core.numbering import next_number
from apps.core.said import Said
from apps.core.workdays import add_working_days

PUBLISHED = "claims.publicnotice.published"
_BATCH = 5000


def publish(claim: Claim, actor: Actor, on: date) -> PublicNotice | None:
    """Publish the lines that pay of a claim that is being approved, as its document asks; else None.

    Where its standing notice has every line as it now is, that notice stays: a claim that was only looked at
    again, or that lost a line, is not published a second time.
    """
    if not must_be_published(claim):
        take_down(claim, NO_LINE_LEFT.say(), on)
        return None
    standing = standing_notice(claim)
    if standing is not None and is_published(claim, standing):
        return standing
    take_down(claim, PUBLISHED_ANEW.say(), on)
    days = notice_days(claim.training_class)
    lines = list(
        paying_lines(claim)
        .select_related("enrolment__person")
        .order_by("id")
        .only(
            # The key by which they were asked for: left out, it would be read again for each line.
            "claim_id",
            "calculation_id",
            "amount_fen",
            "district_id",
            "enrolment__person__name",
            "enrolment__occupation_id",
            "enrolment__level_id",
            "enrolment__term_months",
        )
    )
    notice = PublicNotice.objects.create(
        number=next_number(PublicNotice, "GS", on),
        claim=claim,
        district_id=claim.district_id,
        enterprise_id=claim.enterprise_id,
        institution_id=claim.institution_id,
        kind=claim.kind,
        policy_document_id=claim.policy_document_id,
        article=claim.policy_document.rules.article(ARTICLE),
        days=days,
        published_on=on,
        ends_on=add_working_days(on, days),
        people=len(lines),
        amount_fen=sum(line.amount_fen for line in lines),
        published_by_id=actor.account_id,
    )
    NoticeLine.objects.bulk_create(
        (
            NoticeLine(
                notice=notice,
                district_id=line.district_id,
                position=position,
                enrolment_id=line.enrolment_id,
                calculation_id=line.calculation_id,
                amount_fen=line.amount_fen,
                shown_name=mask_name(line.enrolment.person.name),
                occupation_id=line.enrolment.occupation_id,
                level_id=line.enrolment.level_id,
                months=line.enrolment.term_months,
            )
            for position, line in enumerate(lines, start=1)
        ),
        batch_size=_BATCH,
    )
    _tell(notice, claim)
    return notice


def take_down(claim: Claim, why: Said, on: date) -> None:
    """Take the claim's standing notice off the public pages; it stays on record with the reason."""
    standing = PublicNotice.objects.filter(claim=claim).standing()
    standing.update(taken_down_on=on, taken_down_why=why)


def _tell(notice: PublicNotice, claim: Claim) -> None:
    """The enterprise learns what is published of it, and until when."""
    notices.leave(
        [
            Notice(
                subject_type="claims.claim",
                subject_id=claim.pk,
                code=PUBLISHED,
                params={
                    "name": claim.number,
                    "number": notice.number,
                    "people": notice.people,
                    "until": notice.ends_on.isoformat(),
                },
                role=Role.ENTERPRISE_OPERATOR,
                organisation_id=claim.enterprise_id,
            )
        ]
    )
