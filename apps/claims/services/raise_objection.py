"""Somebody objects to a published line: by the public page, or to an officer who writes it down."""

import secrets
from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import notices
from apps.casework.acting import acting
from apps.casework.models import Notice
from apps.claims.enums import ClaimState, ObjectionChannel, ObjectionState
from apps.claims.models import Claim, NoticeLine, Objection
from apps.claims.models.objection import REASON_MAX
from apps.claims.objection_transitions import EXAMINERS
from apps.claims.sentences import BY_PUBLIC_PAGE
from apps.core.errors import Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.core.files import store_upload
from apps.core.workdays import add_working_days
from apps.policy.selectors import parameter

RAISED = "claims.objection.raised"
HELD = "claims.objection.held"
NAME_MAX, CONTACT_MAX = 50, 100
# No letters or digits that are taken for one another when a receipt is read out on the telephone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LETTERS_OF_A_RECEIPT = 10
_UNSIGNED = (ClaimState.DISTRICT_REVIEW, ClaimState.SECOND_SIGNATURE)


@dataclass(frozen=True)
class Objector:
    """Who objects, and how the office reaches them; both are sealed."""

    name: str
    contact: str


def raise_objection(
    actor: Actor | None,
    line: NoticeLine,
    objector: Objector,
    reason: str,
    *,
    on: date,
    received_on: date | None = None,
    upload: UploadedFile | None = None,
) -> Objection:
    """Open the case of an objection to a published line; from here on the line is held.

    `actor` is the officer of the district who takes it down, who also says when it came in; None for the
    public page. Raises `InvalidInput` for what is missing or too long, `Refused` where the notice is over or
    was taken down or the claim is signed, `Forbidden` for other roles, `NotFound` for a line of others.
    """
    _require_complete(objector, reason)
    received_on = received_on or on
    with transaction.atomic():
        claim = Claim.objects.select_for_update(of=("self",)).get(public_notices__lines=line)
        line = NoticeLine.objects.select_related("notice__policy_document", "enrolment").get(pk=line.pk)
        if actor is not None:
            _require_officer(actor, line)
        _require_open(line, claim, received_on, on)
        file = store_upload(upload, sealed=True) if upload is not None else None
        by = actor or Actor.system(BY_PUBLIC_PAGE.say())
        with acting(by, "create"):
            objection = Objection.objects.create(
                number=_receipt(on),
                district_id=line.district_id,
                line=line,
                claim=claim,
                enrolment_id=line.enrolment_id,
                enterprise_id=claim.enterprise_id,
                channel=ObjectionChannel.OFFICE if actor else ObjectionChannel.PUBLIC,
                objector_name=objector.name.strip(),
                objector_contact=objector.contact.strip(),
                reason=reason.strip(),
                file=file,
                received_on=received_on,
                entered_by_id=actor.account_id if actor else None,
                deadline_on=_deadline(line, on),
            )
        _tell(objection, claim)
    return objection


def _require_complete(objector: Objector, reason: str) -> None:
    given = {
        "name": (objector.name, NAME_MAX),
        "contact": (objector.contact, CONTACT_MAX),
        "reason": (reason, REASON_MAX),
    }
    missing = {
        "name": _("Give your name: an objection without a name cannot be examined."),
        "contact": _("Say how the office can reach you: a telephone number or an address."),
        "reason": _("Say what is not right, and how you know."),
    }
    problems = [
        Problem(f"{name}_missing", missing[name], field=name)
        for name, (text, _most) in given.items()
        if not text.strip()
    ]
    problems += [
        Problem(f"{name}_long", _("At most %(most)s characters, please.") % {"most": most}, field=name)
        for name, (text, most) in given.items()
        if len(text) > most
    ]
    if problems:
        raise InvalidInput(code="objection_incomplete", problems=problems)


def _require_officer(actor: Actor, line: NoticeLine) -> None:
    if actor.role not in EXAMINERS:
        raise Forbidden(_("The district takes objections down."), code="not_your_step")
    if actor.district_code != line.district_id:
        raise NotFound(_("There is no such line."), code="no_such_line")


def _require_open(line: NoticeLine, claim: Claim, received_on: date, on: date) -> None:
    notice = line.notice
    if notice.taken_down_on is not None or line.left_out_on is not None:
        message = _("This notice was taken down, or the line left it. Nothing is paid by it.")
        raise Refused(message, code="notice_taken_down")
    if claim.state not in _UNSIGNED:
        message = _("The claim has been signed. Report to the district's office what is not right.")
        raise Refused(message, code="claim_signed")
    if received_on > on or not notice.published_on <= received_on <= notice.ends_on:
        message = _("Objections are taken from %(first)s to %(last)s.")
        days = {"first": date_format(notice.published_on), "last": date_format(notice.ends_on)}
        raise Refused(message % days, code="notice_over")


def _receipt(on: date) -> str:
    letters = "".join(secrets.choice(_LETTERS) for _letter in range(_LETTERS_OF_A_RECEIPT))
    return f"YY{on:%Y%m%d}-{letters}"


def _deadline(line: NoticeLine, on: date) -> date:
    document = line.notice.policy_document
    return add_working_days(on, parameter(document, "deadline_review_days", on))


def _tell(objection: Objection, claim: Claim) -> None:
    """The office has a case to examine; the enterprise learns that a line is held, not by whom."""
    of_objection = {"subject_type": "claims.objection", "subject_id": objection.pk, "code": RAISED}
    params = {"name": objection.number, "claim": claim.number, "to": ObjectionState.OPEN}
    notices.leave(
        [
            *(
                Notice(**of_objection, params=params, role=role, district_code=objection.district_id)
                for role in (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR)
            ),
            Notice(
                subject_type="claims.claim",
                subject_id=claim.pk,
                code=HELD,
                params={"name": claim.number, "position": objection.line.position},
                role=Role.ENTERPRISE_OPERATOR,
                organisation_id=claim.enterprise_id,
            ),
        ]
    )
