"""A claim before the office: its lines with every step, the checklist, the decision; and follow the money."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment
from apps.banking.selectors import batch_entry_of
from apps.casework import presentation
from apps.claims import notice_selectors, selectors
from apps.claims.checklist import QUESTIONS
from apps.claims.checks import (
    changed_since_signed,
    lessons_while_halted,
    may_apply,
    missing_for_approval,
    missing_for_submission,
)
from apps.claims.enums import OVER, ClaimState
from apps.claims.late_certificates import uncertified
from apps.claims.models import Claim, ClaimLine
from apps.claims.objection_transitions import EXAMINERS
from apps.claims.publicity import nobody_objected_to, notice_ended, standing_notice
from apps.claims.services.renew_account import new_account
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import NotFound
from apps.desk.forms.payments import FailureForm, PaymentForm
from apps.ledger.kinds import kind_label
from apps.payouts import tracing
from apps.payouts.models import PaymentOrder, Recovery
from apps.payouts.offsetting import AWAITS_RELEASE, preview

READERS = (
    Role.DISTRICT_REVIEWER,
    Role.DISTRICT_SUPERVISOR,
    Role.CITY_OFFICER,
    Role.FINANCE_OFFICER,
    Role.AUDITOR,
    Role.OBSERVER,
)
_RESULTS = {ClaimState.PAID, ClaimState.SETTLED}
# As long as nothing is paid it is told that the enterprise may not apply.
_UNPAID = {ClaimState.DISTRICT_REVIEW, ClaimState.SECOND_SIGNATURE, *AWAITS_RELEASE}
# Where a second signature takes a claim.
_SIGNED = {ClaimState.APPROVED, ClaimState.RECOVERING, ClaimState.SETTLED}
POSITION_DIGITS_MAX = 9


@access(*READERS)
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """All claims in the actor's scope, by state and number."""
    state = request.GET.get("state", "")
    rows = selectors.claims_of(request.actor)
    if state in ClaimState.values:
        rows = rows.filter(state=state)
    text = request.GET.get("q", "").strip()[:60]
    if text:
        rows = rows.filter(number__icontains=text)
    district = request.GET.get("district", "")[:6]
    if district:
        rows = rows.filter(district_id=district)
    page, pager = keyset.page_of(rows, request, order=("-id",))
    context = {
        "claims": page,
        "pager": pager,
        "states": ClaimState.choices,
        "state": state,
        "text": text,
        "district": district,
        "districts": District.objects.all() if request.actor.district_code is None else (),
    }
    return render(request, "desk/claims/list.html", context)


@access(*READERS)
@require_GET
def claim_review(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with everything that a decision needs."""
    claim = selectors.claims_of(request.actor).filter(pk=pk).first()
    if claim is None:
        raise NotFound(_("There is no such claim, or it is not yours."), code="no_such_case")
    lines, pager = keyset.page_of(selectors.lines_of(claim), request, order=("id",), total=claim.line_count)
    entry = batch_entry_of(claim)
    context = {
        **presentation.page(request.actor, claim, "desk", today()),
        "claim": claim,
        "lines": lines,
        "pager": pager,
        "checklist": _checklist(claim) if claim.state == ClaimState.DISTRICT_REVIEW else (),
        "case_asks_deficiencies": claim.state == ClaimState.DISTRICT_REVIEW and not claim.by_office,
        "case_free_rows": "123",
        "orders": PaymentOrder.objects.filter(claim=claim)
        .prefetch_related("parts__fund")
        .order_by("attempt"),
        "recovery": Recovery.objects.filter(claim=claim).first(),
        "offsets": claim.recovery_offsets.select_related("recovery").order_by("id"),
        "planned": preview(claim, today()) if claim.state in AWAITS_RELEASE else [],
        "payment_form": PaymentForm(initial={"paid_on": today()}),
        "failure_form": FailureForm(),
        "entry": entry,
        "unpaid": _unpaid(claim),
        "new_account": new_account(claim),
        "claim_over": claim.state in OVER,
        "may_record": claim.state == ClaimState.RELEASED
        and entry is None
        and request.actor.role == Role.FINANCE_OFFICER,
        "held": selectors.held_back(claim),
        "uncertified": uncertified(claim),
        # What was signed goes on; finance reads it all the same before it releases.
        "may_not_apply": may_apply(claim, today()) if claim.state in _UNPAID else [],
        "changed_since_signed": list(changed_since_signed(claim)),
        **_publicity(request, claim),
    }
    context["only_revoke"] = [row.action for row in context["case_steps"]] == ["revoke"]
    if context["unsigned_because"]:
        # What would be refused is not offered; the page says until when, and what else can be done.
        context["case_steps"] = [row for row in context["case_steps"] if row.target not in _SIGNED]
    return render(request, "desk/claims/review.html", context)


def _unpaid(claim: Claim) -> PaymentOrder | None:
    """The newest order of a claim that waits for a release again, since the bank did not pay it."""
    if claim.state != ClaimState.APPROVED:
        return None
    newest = PaymentOrder.objects.filter(claim=claim).order_by("-attempt").first()
    return newest if newest is not None and newest.failure else None


def _publicity(request: HttpRequest, claim: Claim) -> dict[str, object]:
    """The notice of the claim, what is held, and what keeps it from being signed."""
    found = notice_selectors.page_of_claim(claim, request.actor, today())
    waits = claim.state == ClaimState.SECOND_SIGNATURE
    on = today()
    because = [*may_apply(claim, on), *notice_ended(claim, on), *nobody_objected_to(claim)] if waits else []
    found["unsigned_because"] = because
    unsigned = waits or claim.state == ClaimState.DISTRICT_REVIEW
    found["may_write_down"] = request.actor.role in EXAMINERS and unsigned and bool(found["public_notice"])
    return found


@access(*EXAMINERS)
@require_GET
def claim_object(request: HttpRequest, pk: int) -> HttpResponse:
    """From the number of a line to the form that writes an objection to it down."""
    claim = selectors.claims_of(request.actor).filter(pk=pk).first()
    notice = standing_notice(claim) if claim else None
    position = request.GET.get("position", "")
    if notice is None or not (
        position.isascii() and position.isdigit() and len(position) < POSITION_DIGITS_MAX
    ):
        raise NotFound(_("There is no such line."), code="no_such_line")
    return redirect("desk:objection_new", pk=notice.pk, position=int(position))


def _checklist(claim: Claim) -> list[dict]:
    """What a reviewer looks at, with what the machine found beside it."""
    found = {
        p.code: str(p.message)
        for p in (
            *missing_for_submission(claim, today()),
            *missing_for_approval(claim, today()),
        )
    }
    rows = (
        (
            "lines",
            QUESTIONS["lines"],
            "四（四）",
            ("no_lines", "line_stale"),
        ),
        (
            "amounts",
            QUESTIONS["amounts"],
            "四（二）、四（三）",
            (),
        ),
        (
            "account",
            QUESTIONS["account"],
            "四（四）",
            ("no_account", "account_changed"),
        ),
        (
            "told",
            QUESTIONS["told"],
            "四（三）",
            (),
        )
        if claim.by_office
        else (
            "evidence",
            QUESTIONS["evidence"],
            "三（三）1",
            ("evidence_missing", "open_dispute"),
        ),
    )
    asked = [
        {
            "code": code,
            "label": label,
            "article": article,
            "found": "; ".join(found[name] for name in names if name in found),
            "result": "fail" if any(name in found for name in names) else "",
        }
        for code, label, article, names in rows
    ]
    # No verdict is suggested: whether such a lesson was given is what the reviewer finds out.
    halted = [
        {
            "code": problem.code,
            "label": QUESTIONS[problem.code],
            "article": problem.article,
            "found": str(problem.message),
            "result": "",
        }
        for problem in lessons_while_halted(claim)
    ]
    return [*asked, *halted]


@access(*READERS)
@require_GET
def claim_trace(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow the money: from one line to rule, article, facts, documents, people and legs."""
    line = (
        ClaimLine.objects.filter(claim__in=Claim.objects.visible_to(request.actor), pk=pk)
        .select_related(
            "claim__training_class__plan",
            "claim__enterprise__organisation",
            "enrolment__person",
            "enrolment__occupation",
            "enrolment__level",
            "calculation",
            "assessment",
        )
        .first()
    )
    if line is None:
        raise NotFound(_("There is no such line."), code="no_such_line")
    trace = tracing.trace_line(line)
    legs = [(leg, kind_label(leg.transaction.kind)) for leg in trace.legs]
    return render(request, "desk/trace/line.html", {"trace": trace, "legs": legs, "line": line})


@access(*READERS)
@require_GET
def enrolment_money(request: HttpRequest, pk: int) -> HttpResponse:
    """All the money of one enrolment."""
    enrolment = (
        Enrolment.objects.visible_to(request.actor)
        .filter(pk=pk)
        .select_related("person", "occupation", "level", "entitlement", "training_class")
        .first()
    )
    if enrolment is None:
        raise NotFound(_("There is no such enrolment."), code="no_such_case")
    context = {
        "enrolment": enrolment,
        "lines": tracing.lines_of_enrolment(enrolment),
        "entitlement": getattr(enrolment, "entitlement", None),
    }
    return render(request, "desk/trace/enrolment.html", context)
