"""Each kind of thing that can wait for those who apply, as tasks; rules stay where the pages ask them."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.actors import Actor
from apps.apprentices import selectors as classes
from apps.apprentices.checks import OPEN_ROSTER, missing_for_submit
from apps.apprentices.enums import STANDING_STATES, ClassState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.claims import selectors as claims
from apps.claims.enums import ClaimState
from apps.core.templatetags.shitu import money
from apps.enterprises.enums import BankAccountState
from apps.enterprises.models import BankAccount
from apps.institutions.selectors import standing_problems
from apps.payouts.instalments import agreement_in_force, next_open
from apps.payouts.models import Recovery
from apps.payouts.selectors import refused_payments
from apps.payouts.unsettled import unsettled
from apps.plans import selectors as plans
from apps.portal.todo.task import READ_MAX, Asked, Source, Task
from apps.portal.views.classes import next_steps as of_class
from apps.portal.views.plans import next_steps as of_plan
from apps.portal.views.plans.next_steps import NextStep
from apps.training.checks import side_of
from apps.training.models import Dispute
from apps.training.selectors import to_answer


def plans_that_wait(asked: Asked) -> Iterator[Task]:
    """Plans to write, correct, consent to or countersign."""
    rows = plans.plans_for(asked.actor, mine=True).order_by("deadline_on", "-id")
    for plan in rows[:READ_MAX]:
        step = of_plan.next_step(plan, asked.actor, ())
        yield _task(step, f"{plan.number} {plan.title}", plan.deadline_on)


def plans_without_class(asked: Asked) -> Iterator[Task]:
    """Approved plans for which nobody was registered yet."""
    found = {row.line.plan_id: row.line.plan for row in classes.open_lines(asked.actor, asked.on)}
    begun = TrainingClass.objects.filter(plan__in=found).values_list("plan_id", flat=True)
    for pk in sorted(set(found) - set(begun))[:READ_MAX]:
        plan = found[pk]
        about = f"{plan.number} {plan.title}"
        halted = next(iter(standing_problems(plan.institution, asked.on)), None) if plan.institution else None
        if halted is None:
            yield _task(of_plan.next_step(plan, asked.actor, {pk}), about)
            continue
        text = _("Wait until it may train again, or give the plan up and write one with another institution.")
        page = reverse("portal:plan_detail", args=[pk])
        title = _("No class can be opened with the institution now")
        yield Task(title, about, page, _("To the plan"), f"{halted.message} {text}")


def rosters(asked: Asked) -> Iterator[Task]:
    """Rosters to fill in, correct and hand in."""
    rows = classes.classes_for(asked.actor, mine=True).filter(state__in=OPEN_ROSTER)
    listed = list(rows.order_by("deadline_on", "-id")[:READ_MAX])
    heads = classes.heads_of(listed)
    for row in listed:
        step = of_class.next_step(
            row,
            asked.actor,
            people=heads.get(row.pk, 0),
            missing=missing_for_submit(row, asked.on),
            reading=classes.reading_now(row),
        )
        yield _task(step, f"{row.number} {row.name}", row.deadline_on)


def ended_classes(asked: Asked) -> Iterator[Task]:
    """Classes that are over: results to report, the remainder to claim, the class to complete."""
    rows = (
        classes.classes_for(asked.actor, state=ClassState.OPEN)
        .filter(ends_on__lt=asked.on)
        .order_by("ends_on", "id")
    )
    for row in rows[:READ_MAX]:
        about = f"{row.number} {row.name}"
        found = unsettled(row, asked.on)
        if found is not None and (asked.actor.is_enterprise or found.without_result):
            step = of_class.next_step(row, asked.actor, people=0, missing=[], open_advance=found)
            yield _task(step, about, found.due_on)
        elif found is None:
            yield from _to_complete(row, asked.actor, about)


def _to_complete(row: TrainingClass, actor: Actor, about: str) -> Iterator[Task]:
    people = Enrolment.objects.filter(training_class=row, state__in=STANDING_STATES)
    missing = people.filter(assessment=None).count()
    page = reverse("portal:result_class", args=[row.pk])
    if missing:
        title = ngettext("Report the result of %(count)s apprentice", "Report %(count)s results", missing)
        yield Task(title % {"count": missing}, about, page, _("To the results"))
    elif actor.is_enterprise:
        yield Task(
            _("Every result is in: complete the records and the class"), about, page, _("To the results")
        )


def disputes(asked: Asked) -> Iterator[Task]:
    """What apprentices dispute and this side has to answer, class by class."""
    visible = TrainingClass.objects.visible_to(asked.actor)
    rows = Dispute.objects.filter(to_answer(asked.actor), enrolment__training_class__in=visible)
    many = dict(rows.values_list("enrolment__training_class").annotate(many=Count("id")).order_by())
    for row in visible.filter(pk__in=many).order_by("id")[:READ_MAX]:
        title = ngettext(
            "Answer %(count)s dispute of an apprentice",
            "Answer %(count)s disputes of apprentices",
            many[row.pk],
        )
        page = reverse("portal:training_class", args=[row.pk])
        yield Task(
            title % {"count": many[row.pk]},
            f"{row.number} {row.name}",
            f"{page}#disputes",
            _("To the disputes"),
            _("As long as a dispute is open, nothing more is claimed for that apprentice."),
        )


def claims_to_hand_in(asked: Asked) -> Iterator[Task]:
    """Claims that were computed or returned."""
    rows = claims.claims_of(asked.actor).filter(state__in=[ClaimState.DRAFT, ClaimState.RETURNED])
    for claim in rows.order_by("deadline_on", "-id")[:READ_MAX]:
        title = (
            _("Correct the claim")
            if claim.state == ClaimState.RETURNED
            else _("Look the claim through and hand it in")
        )
        about = f"{claim.number} {claim.training_class.name} {claim.get_kind_display()}"
        page = reverse("portal:claim_detail", args=[claim.pk])
        yield Task(title, about, page, _("To the claim"), due_on=claim.deadline_on)


def claims_to_compute(asked: Asked) -> Iterator[Task]:
    """Instalments that can be claimed now."""
    for row in claims.claimable(asked.actor)[:READ_MAX]:
        title = ngettext(
            "Claim for %(count)s apprentice: %(kind)s",
            "Claim for %(count)s apprentices: %(kind)s",
            row.count,
        )
        about = f"{row.training_class.number} {row.training_class.name}"
        page = reverse("portal:claim_list")
        values = {"count": row.count, "kind": row.kind.label}
        yield Task(title % values, about, f"{page}#claimable", _("To the claims"))


def refused_by_the_bank(asked: Asked) -> Iterator[Task]:
    """Payments that the bank refused, as long as the account is the one that it refused."""
    mine = BankAccount.objects.filter(
        organisation_id=OuterRef("enterprise_id"),
        state=BankAccountState.CONFIRMED,
        fingerprint=OuterRef("payee_fingerprint"),
    )
    for order in refused_payments(asked.actor).filter(Exists(mine)).order_by("id")[:READ_MAX]:
        yield Task(
            _("The bank refused the payment: check the bank account"),
            f"{order.number} {order.failure}",
            reverse("portal:profile"),
            _("To the bank accounts"),
        )


def account_to_enter(asked: Asked) -> Iterator[Task]:
    """No account was entered to which a subsidy could go, and somebody is registered already."""
    if not TrainingClass.objects.visible_to(asked.actor).exists():
        return
    if not BankAccount.objects.visible_to(asked.actor).exclude(state=BankAccountState.RETIRED).exists():
        yield Task(
            _("Enter the bank account that the subsidy goes to"),
            _("Our record"),
            reverse("portal:profile"),
            _("To the bank accounts"),
            _("The district confirms it; without it no claim is handed in."),
        )


def recoveries(asked: Asked) -> Iterator[Task]:
    """Recovery notices that are not paid back."""
    rows = Recovery.objects.visible_to(asked.actor).still_open().order_by("due_on", "id")
    for row in rows[:READ_MAX]:
        agreement = agreement_in_force(row)
        instalment = next_open(agreement, row.open_fen) if agreement else None
        yield Task(
            _("Pay the next instalment back") if instalment else _("Pay back what the notice asks for"),
            row.number,
            reverse("portal:recovery_notice", args=[row.pk]),
            _("To the notice"),
            _("Of it %(amount)s yuan are open.") % {"amount": money(row.open_fen)},
            instalment.due_on if instalment else row.due_on,
        )


def _task(step: NextStep, about: str, due_on: date | None = None) -> Task:
    return Task(step.title, about, step.url, step.label, step.text, due_on)


FOR_ALL: tuple[Source, ...] = (plans_that_wait,)
# Whoever records one side of the training.
FOR_PARTNERS: tuple[Source, ...] = (disputes, ended_classes)
FOR_ENTERPRISES: tuple[Source, ...] = (
    recoveries,
    plans_without_class,
    rosters,
    claims_to_hand_in,
    claims_to_compute,
    refused_by_the_bank,
    account_to_enter,
)


def sources_for(actor: Actor) -> tuple[Source, ...]:
    """What can wait for this role."""
    partners = FOR_PARTNERS if side_of(actor) is not None else ()
    return (*FOR_ALL, *partners, *(FOR_ENTERPRISES if actor.is_enterprise else ()))
