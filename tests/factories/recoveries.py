"""Notices to repay, and later claims of the same enterprise that pay."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.apprentices.services import withdraw_enrolment
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.submit_claim import submit_claim
from apps.payouts.models import Recovery, RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.sign_recovery import sign_recovery
from tests.factories import accounts, apprentices, claims
from tests.factories.apprentices import ON
from tests.factories.claims import Money
from tests.ground import stands

LATER = ON + timedelta(days=30)


@stands
def owed(of: Money, *, on: date = LATER, paid: bool = False) -> Recovery:
    """Everybody of a class left after the advances were paid (now, or before): they are to be repaid."""
    if not paid:
        claims.paid(of)
    claims.evidence(of)
    for enrolment in of.enrolments():
        withdraw_enrolment(of.clerk, enrolment, on=on, opinion=Opinion(reason="离职"))
    claim = submit_claim(of.clerk, claims.computed(of, ClaimKind.REMAINDER, on=on), on=on)
    claim = approve_claim(of.reviewer, claim, on=on)
    return Recovery.objects.get(claim=sign_recovery(of.supervisor, claim, on=on))


def another_class(of: Money, *, people: int = 1) -> Money:
    """A further class of the same enterprise, with other people in every seat but finance."""
    shop = apprentices.workshop(
        headcount=people, enterprise=of.shop.enterprise, district=of.training_class.district_id
    )
    training_class = apprentices.enrolled_class(shop, [apprentices.entry() for _n in range(people)])
    return Money(
        shop=shop,
        training_class=training_class,
        supervisor=of.supervisor,
        finance=of.finance,
        city_finance=of.city_finance,
        operator_of_institution=of.operator_of_institution,
    )


def signed_later(of: Money, *, people: int = 1, on: date = LATER) -> Claim:
    """An advance of a further class of the same enterprise, signed and waiting for its release."""
    return claims.signed(another_class(of, people=people), on=on)


def received(of: Money, recovery: Recovery, fen: int, serial: str, *, on: date = LATER) -> RecoveryReceipt:
    """Money came in."""
    return receive_recovery(
        of.finance,
        recovery,
        amount_fen=fen,
        received_on=on,
        bank_serial=serial,
        key=f"receipt-{serial}",
        on=on,
    )


def paper(name: str = "决定.pdf") -> SimpleUploadedFile:
    """A document that can be handed in."""
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


def supervisor_of(of: Money):
    """Another person who signs for the district."""
    return accounts.actor("district_supervisor", district=of.training_class.district)
