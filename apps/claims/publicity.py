"""What a public notice asks of a claim: whether there must be one, whether it has ended, what is held."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.apprentices.models import TrainingClass
from apps.claims.enums import HOLDING
from apps.claims.models import Claim, ClaimLine, Objection, PublicNotice
from apps.core.errors import Problem
from apps.policy.selectors import parameter

ARTICLE = "public_notice_required"


def notice_days(training_class: TrainingClass) -> int:
    """For how many working days a class's claims are published before the second signature; 0: not at all.

    The database reads the same in `claims_notice_days`.
    """
    document, on = training_class.policy_document, training_class.rules_on
    if not parameter(document, "public_notice_required", on):
        return 0
    return int(parameter(document, "public_notice_days", on))


def must_be_published(claim: Claim) -> bool:
    """Whether lines of it pay and its document asks for a notice; a recovery is not published."""
    return claim.pay_fen > 0 and notice_days(claim.training_class) > 0


def standing_notice(claim: Claim) -> PublicNotice | None:
    """The notice of the claim that was not taken down, whether it runs or has ended."""
    return PublicNotice.objects.filter(claim=claim).standing().first()


def paying_lines(claim: Claim) -> QuerySet[ClaimLine]:
    """The lines that bring money: those that are published."""
    return claim.lines.filter(amount_fen__gt=0, voided_at=None)


def held_lines(claim: Claim) -> QuerySet[ClaimLine]:
    """The lines that bring money and that an open or upheld objection holds, also one of an earlier claim."""
    objections = Objection.objects.filter(
        enrolment__training_class=claim.training_class_id, state__in=HOLDING
    )
    return paying_lines(claim).filter(enrolment__in=list(objections.values_list("enrolment_id", flat=True)))


def is_published(claim: Claim, notice: PublicNotice) -> bool:
    """Whether every line that pays stands in the notice as it now is."""
    published = set(notice.lines.values_list("enrolment_id", "calculation_id", "amount_fen"))
    return published.issuperset(
        paying_lines(claim).values_list("enrolment_id", "calculation_id", "amount_fen")
    )


def notice_ended(claim: Claim, on: date) -> Iterator[Problem]:
    """A claim is signed only when its public notice has ended (the document's own article)."""
    if not must_be_published(claim):
        return
    article = claim.policy_document.rules.article(ARTICLE)
    notice = standing_notice(claim)
    if notice is None or not is_published(claim, notice):
        message = _(
            "The claim has not been published as it now is. Send it back to the reviewer: approving it again "
            "publishes it."
        )
        yield Problem("not_published", message, article=article)
    elif not notice.has_ended(on):
        message = _("The public notice runs until %(day)s. The claim can be signed from the next day on.")
        yield Problem("notice_runs", message % {"day": date_format(notice.ends_on)}, article=article)


def nobody_objected_to(claim: Claim) -> Iterator[Problem]:
    """No line that pays is held by an objection; where one is, the others are signed without it."""
    count = held_lines(claim).count()
    if count:
        message = ngettext(
            "An objection holds %(count)s line. Send the claim back to the reviewer: approved without it, "
            "the others can be signed.",
            "Objections hold %(count)s lines. Send the claim back to the reviewer: approved without them, "
            "the others can be signed.",
            count,
        )
        yield Problem("line_objected", message % {"count": count})
