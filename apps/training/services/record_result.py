"""The result of the assessment and the certificate."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.institutions.halts import halts_of
from apps.training.credits import Credits, credits_of
from apps.training.enums import CertificateKind, Result
from apps.training.halts import Halts, no_assessment_then
from apps.training.models import Assessment


@dataclass(frozen=True)
class ResultFacts:
    """What is reported of one apprentice. Occupation and level of the certificate default to the enrolled."""

    result: str
    assessed_on: date | None
    certificate_kind: str = ""
    certificate_number: str = ""
    certificate_on: date | None = None
    certificate_occupation_id: str | None = None
    certificate_level_id: str | None = None


def record_result(actor: Actor, enrolment: Enrolment, facts: ResultFacts, *, on: date) -> Assessment:
    """Record (or, until a claim rests on it, correct) the result of an apprentice (3(2)3).

    A pass needs the credits of the level (3(3)1). The institution reports; the enterprise may as well, since
    both assess together. Raises `InvalidInput` with every problem, `Refused` for missing credits or a
    certificate number that is used, `Conflict` once a claim rests on the result.
    """
    if actor.role not in (Role.INSTITUTION_OPERATOR, Role.ENTERPRISE_OPERATOR):
        raise Forbidden(_("Enterprise and institution report results."), code="not_your_step")
    with transaction.atomic():
        locked = (
            Enrolment.objects.visible_to(actor)
            .filter(pk=enrolment.pk)
            .select_for_update(of=("self",))
            .first()
        )
        if locked is None:
            raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
        problems = problems_with(locked, facts, on)
        if problems:
            raise InvalidInput(code="result_unsound", problems=problems)
        earned = credits_of(locked)
        require_credits(earned, facts)
        before = Assessment.objects.select_for_update().filter(enrolment=locked).first()
        if before is not None and before.locked_at is not None:
            raise result_locked()
        try:
            with transaction.atomic():
                return _write(actor, locked, facts, earned)
        except IntegrityError as error:
            raise certificate_used() from error


def result_locked() -> Conflict:
    """The refusal to change a result that a claim rests on."""
    message = _(
        "A claim already rests on this result. Until its second signature the district can return it;"
        " afterwards the result stands, and a later certificate changes nothing."
    )
    return Conflict(message, code="locked")


def certificate_used() -> Refused:
    """The refusal of a certificate number that somebody else's record names."""
    message = _("This certificate number is already recorded for another apprentice. Check the number.")
    return Refused(message, code="certificate_used")


def problems_with(
    enrolment: Enrolment, facts: ResultFacts, on: date, halts: Halts | None = None
) -> list[Problem]:
    """What is wrong with a reported result, the credits aside.

    `halts` are the suspensions of the institution, for whoever has many results; read here otherwise.
    """
    problems = []
    if enrolment.state not in (EnrolmentState.ENROLLED, EnrolmentState.COMPLETED):
        message = _("Only an enrolled apprentice can be assessed.")
        problems.append(Problem("not_enrolled", message, article="三（二）3"))
    if facts.result not in Result.values:
        problems.append(Problem("result", _("Enter passed or failed."), field="result"))
    if facts.assessed_on is None:
        message = _("Enter the day of assessment.")
        problems.append(Problem("day_missing", message, article="三（二）3", field="assessed_on"))
    elif facts.assessed_on > on:
        problems.append(
            Problem("in_future", _("The day of assessment is not in the future."), field="assessed_on")
        )
    elif facts.assessed_on < enrolment.starts_on:
        message = _("The day of assessment lies before the training.")
        problems.append(Problem("before_training", message, field="assessed_on"))
    else:
        halts = halts_of(enrolment.institution_id) if halts is None else halts
        problems.extend(no_assessment_then(facts.assessed_on, halts))
    problems.extend(_certificate_problems(facts, enrolment.starts_on, on))
    return problems


def _certificate_problems(facts: ResultFacts, starts_on: date, on: date) -> list[Problem]:
    parts = (facts.certificate_kind, facts.certificate_number.strip(), facts.certificate_on)
    if not any(parts):
        return []
    if not all(parts):
        message = _("A certificate has a kind, a number and a day of issue: enter all three, or none.")
        return [Problem("certificate_parts", message, article="三（二）3", field="certificate_number")]
    if facts.certificate_kind not in CertificateKind.values:
        return [Problem("certificate_kind", _("Choose the kind of certificate."), field="certificate_kind")]
    if facts.certificate_on is not None and facts.certificate_on > on:
        message = _("The certificate's day of issue is not in the future.")
        return [Problem("certificate_future", message, field="certificate_on")]
    if facts.certificate_on is not None and facts.certificate_on < starts_on:
        message = _(
            "The certificate was issued before this training began (%(day)s), so it is not of this training."
            " Check the day, or record the result without a certificate."
        )
        message %= {"day": starts_on}
        return [Problem("certificate_before_training", message, "四（三）", "certificate_on")]
    if facts.result == Result.FAILED:
        message = _("Who failed has no certificate of this training. Correct the result or leave it out.")
        return [Problem("certificate_of_failed", message, field="certificate_number")]
    return []


def require_credits(earned: Credits, facts: ResultFacts) -> None:
    """A pass needs the level's credits. Raises `Refused` with what there is and what is needed."""
    if facts.result == Result.PASSED and not earned.enough:
        message = _(
            "The apprentice has %(has)s credits; this level needs %(needs)s. Record the missing hours first."
        )
        values = {"has": earned.total, "needs": earned.required}
        problem = Problem("credits_missing", message % values, article="三（三）1")
        raise Refused(code="credits_missing", problems=[problem])


def assessment_values(
    actor: Actor, enrolment: Enrolment, facts: ResultFacts, earned: Credits
) -> dict[str, Any]:
    """The columns of an assessment; the certificate is for the enrolled occupation unless stated."""
    certified = bool(facts.certificate_kind)
    return {
        "district_id": enrolment.district_id,
        "result": facts.result,
        "assessed_on": facts.assessed_on,
        "credits_tenths": earned.total_tenths,
        "certificate_kind": facts.certificate_kind,
        "certificate_number": facts.certificate_number.strip(),
        "certificate_on": facts.certificate_on,
        "certificate_occupation_id": (facts.certificate_occupation_id or enrolment.occupation_id)
        if certified
        else None,
        "certificate_level_id": (facts.certificate_level_id or enrolment.level_id) if certified else None,
        "recorded_by_id": actor.user_id,
    }


def _write(actor: Actor, enrolment: Enrolment, facts: ResultFacts, earned: Credits) -> Assessment:
    values = assessment_values(actor, enrolment, facts, earned)
    assessment, _created = Assessment.objects.update_or_create(enrolment=enrolment, defaults=values)
    return assessment
