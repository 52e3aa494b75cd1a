"""Claims of the demo city: computed, reviewed, signed, released, paid, recovered."""

from collections.abc import Generator
from datetime import date, timedelta

from apps.accounts.roles import Role
from apps.apprentices.models import TrainingClass
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim
from apps.claims.publicity import notice_days, standing_notice
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.raise_objection import Objector, raise_objection
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core.workdays import add_working_days, working_day_back
from apps.demo.people import Staff
from apps.demo.plans import Partners
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery, sign_settled

# Working days that a reviewer takes.
_EXAMINED = 2
WAY = ("draft", "review", "signature", "signed", "released", "paid")


def story(
    partners: Partners,
    training_class: TrainingClass,
    kind: ClaimKind,
    until: str,
    staff: Staff,
    *,
    on: date,
    published: bool = True,
) -> Generator[date, None, Claim]:
    """A claim of the class as far as `until` (one of WAY), on `on` or the last working day before.

    Gives the claim back. One that pays nothing ends with its signature. What is signed on a day was approved
    so long before that its public notice is over; so is, with `published`, what only waits for the signature.
    """
    steps = WAY.index(until)
    on = working_day_back(on, 0)
    signed, released = working_day_back(on, max(steps - 3, 0)), working_day_back(on, max(steps - 4, 0))
    notice_over = steps >= 3 or (steps == 2 and published)
    reviewed = _published_before(training_class, signed if steps > 3 else on) if notice_over else on
    submitted = working_day_back(reviewed, _EXAMINED) if steps >= 2 else on
    yield submitted
    found = compute_claim(partners.clerk, training_class, kind, on=submitted)
    if steps >= 1:
        found = submit_claim(partners.clerk, found, on=submitted)
    if steps >= 2:
        yield reviewed
        reviewer = staff.of_district[Role.DISTRICT_REVIEWER, found.district_id]
        found = approve_claim(reviewer, found, on=reviewed)
    if steps < 3:
        return found
    signed = signed if steps > 3 else on
    yield signed
    supervisor = staff.of_district[Role.DISTRICT_SUPERVISOR, found.district_id]
    if found.net_fen <= 0:
        sign = sign_recovery if found.net_fen < 0 else sign_settled
        return sign(supervisor, found, on=signed)
    found = sign_claim(supervisor, found, on=signed)
    finance = staff.of_district[Role.FINANCE_OFFICER, found.district_id]
    if steps >= 4:
        released = released if steps > 4 else on
        yield released
        found = release_payment(finance, found, on=released)
    if steps >= 5 and found.state == ClaimState.RELEASED:
        yield on
        found = record_payment(finance, found, on=on, paid_on=on, bank_serial=f"ICBC{found.pk:012d}")
    return found


def paid_after(training_class: TrainingClass, day: date) -> date:
    """When a claim that is made right after a day is paid."""
    days = notice_days(training_class)
    return add_working_days(day, _EXAMINED + (days + 1 if days else 0) + len(WAY))


def _published_before(training_class: TrainingClass, on: date) -> date:
    """The last day on which a claim can be approved that is to be signed on a day."""
    days = notice_days(training_class)
    return working_day_back(on - timedelta(days=1), days) if days else on


def object_to(found: Claim, *, on: date) -> None:
    """Somebody objects to the last published line by the public page."""
    notice = standing_notice(found)
    if notice is not None and not notice.has_ended(on):
        line = notice.lines.order_by("-position")[0]
        objector = Objector("何先生", "13800000000")
        raise_objection(None, line, objector, "此人上月已离职，不在该企业工作。", on=on)


def repay_part(found: Claim, staff: Staff, *, on: date) -> None:
    """The enterprise pays back the first third of what it owes."""
    recovery = found.recovery
    receive_recovery(
        staff.of_district[Role.FINANCE_OFFICER, found.district_id],
        recovery,
        amount_fen=recovery.amount_fen // 3,
        received_on=on,
        bank_serial=f"RCV{recovery.pk:012d}",
        key=f"demo:{recovery.pk}",
        on=on,
    )
