"""Lines that an objection holds leave the claim, so that the others can be signed."""

from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import engine
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimState
from apps.claims.models import Claim, ClaimLine, NoticeLine
from apps.claims.publicity import held_lines
from apps.claims.services.compute_claim import total_lines
from apps.core.errors import Conflict, Problem, Refused
from apps.training.models import Assessment
from apps.training.services.lock_results import unlock_results


def leave_out_held(actor: Actor, claim: Claim, opinion: Opinion | None, *, on: date) -> Claim:
    """The claim under a lock and without the lines that an objection holds; as it is where there are none.

    Only while the reviewer has it. What is left is a new version, with the sums and the digest of its lines;
    the instalments of the others are free again. Raises `Conflict` for an opinion on another version, and
    `Refused` where nobody would be left.
    """
    if actor.role != Role.DISTRICT_REVIEWER or claim.state != ClaimState.DISTRICT_REVIEW:
        return claim
    if not held_lines(claim).exists():
        return claim
    locked: Claim = engine.lock(claim, actor)
    held = list(held_lines(locked).values_list("pk", "enrolment_id", "assessment_id"))
    if locked.state != ClaimState.DISTRICT_REVIEW or not held:
        return locked
    if opinion is not None and opinion.version is not None and opinion.version != locked.version:
        raise Conflict(
            _("The content was changed after you opened it. Read the new version, then decide."),
            code="stale_version",
        )
    if len(held) == locked.line_count:
        message = _(
            "Objections hold every line of this claim. Have them decided first; if they are upheld, reject "
            "the claim."
        )
        raise Refused(code="all_objected", problems=[Problem("all_objected", message)])
    ClaimLine.objects.filter(pk__in=[pk for pk, _enrolment, _result in held]).delete()
    published = NoticeLine.objects.filter(notice__claim=locked, notice__taken_down_on=None, left_out_on=None)
    published.filter(enrolment__in=[enrolment for _pk, enrolment, _result in held]).update(left_out_on=on)
    locked.version += 1
    total_lines(locked)
    locked.save(
        update_fields=["line_count", "pay_fen", "recover_fen", "net_fen", "content_sha256", "version"]
    )
    results = Assessment.objects.filter(pk__in=[result for _pk, _enrolment, result in held if result])
    unlock_results(results.values("pk"))
    return locked
