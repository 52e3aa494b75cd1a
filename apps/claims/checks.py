"""What must stand before a claim moves: one function per article."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.actors import Actor
from apps.casework.models import CaseDocument
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.facts import short_of_credits
from apps.claims.models import Claim
from apps.claims.publicity import nobody_objected_to, notice_ended
from apps.claims.standing import changed_since
from apps.core.errors import Problem
from apps.enterprises.models import BankAccount
from apps.enterprises.selectors import standing_problems
from apps.institutions.halts import HALT_ARTICLE
from apps.policy.selectors import parameter
from apps.training.enums import DisputeState, EvidenceKind
from apps.training.halts import affected
from apps.training.models import Dispute, TrainingSession

# More names than this are counted, not listed.
NAMES_MAX = 5


def missing_for_submission(claim: Claim, on: date) -> list[Problem]:
    """Everything that keeps the claim from being handed in, each with its article; empty when ready."""
    checks = (has_lines, as_recorded, credits_reach, account_confirmed, evidence_enough)
    return [*may_apply(claim, on), *(problem for check in checks for problem in check(claim))]


def missing_for_approval(claim: Claim, on: date) -> list[Problem]:
    """What keeps the office from approving: changed records, a dispute, another account, the standing."""
    checks = (as_recorded, no_open_dispute, credits_reach, account_confirmed)
    return [*may_apply(claim, on), *(problem for check in checks for problem in check(claim))]


def missing_for_signature(on: date) -> Callable[[Claim, Actor], list[Problem]]:
    """What keeps the claim from being signed on a day, as a guard: all of that, its notice, an objection."""

    def missing(claim: Claim, _actor: Actor) -> list[Problem]:
        published = (*notice_ended(claim, on), *nobody_objected_to(claim))
        return [*missing_for_approval(claim, on), *published]

    return missing


def may_apply(claim: Claim, on: date) -> list[Problem]:
    """Who may not apply gets nothing promised (6(4)); what asks money back, or settles, goes on."""
    return standing_problems(claim.enterprise, on) if claim.net_fen > 0 else []


def has_lines(claim: Claim) -> Iterator[Problem]:
    """A claim has at least one apprentice (4(4))."""
    if not claim.line_count:
        yield Problem("no_lines", _("The claim has no apprentice. Compute it again."), article="四（四）")


def as_recorded(claim: Claim) -> Iterator[Problem]:
    """The lines are what would be computed now: nobody left, no result was corrected (4(3), 4(4))."""
    changed = changed_since(claim)
    if changed:
        message = ngettext(
            "The records of %(count)s apprentice changed after the claim was computed: %(names)s. "
            "The enterprise computes the claim again.",
            "The records of %(count)s apprentices changed after the claim was computed: %(names)s. "
            "The enterprise computes the claim again.",
            len(changed),
        )
        yield Problem("line_stale", message % _counted(changed), article="四（四）")


def account_confirmed(claim: Claim) -> Iterator[Problem]:
    """Money goes to an account of the enterprise that a second person confirmed (4(4))."""
    if claim.net_fen <= 0:
        return
    account = BankAccount.objects.filter(organisation_id=claim.enterprise_id, state="confirmed").first()
    if account is None:
        message = _("The enterprise has no confirmed bank account. Enter one and have it confirmed.")
        yield Problem("no_account", message, article="四（四）", field="bank_account")
    elif claim.bank_account_id != account.pk:
        message = _("The bank account was changed after the claim was computed. Compute the claim again.")
        yield Problem("account_changed", message, article="四（四）", field="bank_account")


def evidence_enough(claim: Claim) -> Iterable[Problem]:
    """At settlement each class has photos or videos of its training (3(3)1; the number is a choice).

    A claim under which nothing is due to anybody needs none: of a class that everybody left before the first
    lesson nothing could be shown, and its advance would never come back.
    """
    if claim.kind != ClaimKind.REMAINDER:
        return
    if not claim.pay_fen and not claim.lines.filter(due_fen__gt=0).exists():
        return
    needed = parameter(claim.policy_document, "settlement_evidence_min", claim.training_class.rules_on)
    found = _evidence_of(claim).count()
    if found < needed:
        yield Problem(
            "evidence_missing",
            _("The class has %(found)s photos or videos of its training; at least %(needed)s are needed.")
            % {"found": found, "needed": needed},
            article="三（三）1",
        )


def no_open_dispute(claim: Claim) -> Iterator[Problem]:
    """What an apprentice disputes is settled before money is approved (choice)."""
    count = claim.lines.filter(
        Exists(Dispute.objects.filter(enrolment=OuterRef("enrolment"), state=DisputeState.OPEN))
    ).count()
    if count:
        message = ngettext(
            "%(count)s apprentice of this claim has an open dispute. Have it settled first.",
            "%(count)s apprentices of this claim have an open dispute. Have them settled first.",
            count,
        )
        yield Problem("open_dispute", message % {"count": count}, article="三（三）1")


def credits_reach(claim: Claim) -> Iterator[Problem]:
    """Who passed still has the credits that a pass needs (3(3)1): disputed hours may be taken back."""
    if claim.kind != ClaimKind.REMAINDER:
        return
    rows = claim.lines.filter(enrolment__in=short_of_credits(claim.training_class)).order_by("enrolment")
    names = list(rows.values_list("enrolment__person__name", flat=True))
    if names:
        message = ngettext(
            "%(count)s apprentice of this claim passed, but lacks the credits since disputed hours were taken"
            " back: %(names)s. The missing hours are recorded or the result is corrected, and the claim is"
            " computed again.",
            "%(count)s apprentices of this claim passed, but lack the credits since disputed hours were taken"
            " back: %(names)s. The missing hours are recorded or the results are corrected, and the claim is"
            " computed again.",
            len(names),
        )
        yield Problem("credits_taken_back", message % _counted(names), article="三（三）1")


def changed_since_signed(claim: Claim) -> Iterator[Problem]:
    """Whose record changed between the second signature and the release: what was signed is not refused,
    but who releases it, or may revoke it, reads this first (6(4))."""
    if claim.state != ClaimState.APPROVED:
        return
    changed = changed_since(claim)
    if changed:
        message = ngettext(
            "The record of %(count)s apprentice changed after the signature: %(names)s. Until the first"
            " release a supervisor of the district can revoke the approval, and the enterprise claims anew."
            " What is released all the same is set off or recovered when the class is settled.",
            "The records of %(count)s apprentices changed after the signature: %(names)s. Until the first"
            " release a supervisor of the district can revoke the approval, and the enterprise claims anew."
            " What is released all the same is set off or recovered when the class is settled.",
            len(changed),
        )
        yield Problem("changed_since_signed", message % _counted(changed), article="六（四）")


def _counted(names: list[str]) -> dict[str, object]:
    return {"count": len(names), "names": "、".join(names[:NAMES_MAX]) + "…" * (len(names) > NAMES_MAX)}


def lessons_while_halted(claim: Claim) -> Iterator[Problem]:
    """Lessons of days on which the institution was suspended (6(4)): for the reviewer to judge.

    They void nothing by themselves, so this refuses no step; the review of a remainder shows it.
    """
    if claim.kind != ClaimKind.REMAINDER:
        return
    found = affected(claim.training_class, claim.training_class.ends_on)
    if found.lessons:
        message = ngettext(
            "%(count)s lesson lies within a suspension of the institution (%(first)s to %(last)s).",
            "%(count)s lessons lie within a suspension of the institution (%(first)s to %(last)s).",
            found.lessons,
        )
        words = {"count": found.lessons, "first": found.first, "last": found.last}
        yield Problem("lessons_while_halted", message % words, HALT_ARTICLE)


def _evidence_of(claim: Claim) -> QuerySet[CaseDocument]:
    sessions = TrainingSession.objects.filter(training_class_id=claim.training_class_id).values("pk")
    return CaseDocument.objects.filter(
        kind__in=[EvidenceKind.PHOTO, EvidenceKind.VIDEO],
        replaced_by=None,
        removed_at=None,
        subject_type="training.trainingsession",
        subject_id__in=sessions,
    )
