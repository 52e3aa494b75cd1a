"""The wizard in which an enterprise writes its plan: it saves as one goes, with and without script."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.casework.presentation import documents
from apps.core.clock import today
from apps.core.errors import InvalidInput, NotFound, Problem, Refused, ShituError
from apps.plans import selectors, services
from apps.plans.articles import article
from apps.plans.checks.papers import required_documents
from apps.plans.enums import PlanDocumentKind, PlanStep
from apps.plans.models import Plan
from apps.plans.reading import Reading
from apps.plans.services.editing import new_row_key
from apps.plans.services.save_basics import enterprise_by_uscc
from apps.portal.forms.plans import (
    BasicsForm,
    DocumentForm,
    Options,
    RowForm,
    RowSet,
    rows_of,
    rows_posted,
    with_row_added,
    with_row_removed,
)
from apps.portal.views.plans import steps, windows
from apps.portal.views.plans.steps import ROW_STEPS, RowStep

enterprise_only = access(Role.ENTERPRISE_OPERATOR)


@enterprise_only
@require_POST
def plan_create(request: HttpRequest) -> HttpResponse:
    """Open a draft and go to its first step."""
    plan = services.create_plan(request.actor, on=today())
    return redirect("portal:plan_step", pk=plan.pk, step=PlanStep.BASICS)


@enterprise_only
@require_GET
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the step at which something is to do: a deficiency, else the first that is not whole."""
    plan = _open_plan(request, pk)
    named = [step for step in selectors.open_deficiencies(plan) if step]
    missing = [problem.code.partition(".")[0] for problem in Reading(plan, today()).problems]
    step = next((step for step in steps.ORDER if step in named or step in missing), steps.CHECK)
    return redirect(steps.url_of(plan, step))


@enterprise_only
@require_http_methods(["GET", "POST"])
def plan_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Show and store one step of the wizard."""
    plan = _open_plan(request, pk)
    if step == PlanStep.BASICS:
        return _basics(request, plan)
    if step in ROW_STEPS:
        return _rows(request, plan, step)
    if step == PlanStep.DOCUMENTS:
        return _documents(request, plan)
    raise NotFound(_("There is no such step."))


@enterprise_only
@require_http_methods(["GET", "POST"])
def plan_check(request: HttpRequest, pk: int) -> HttpResponse:
    """List what is still missing; hand the plan in."""
    plan = _open_plan(request, pk)
    refused: ShituError | None = None
    if request.method == "POST":
        try:
            done = services.submit_plan(request.actor, plan, on=today())
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(
                request,
                _("The plan was handed in. Now: %(state)s.") % {"state": done.get_state_display()},
            )
            return redirect("portal:plan_detail", pk=plan.pk)
    reading = Reading(plan, today())
    context = {
        "problems": steps.linked(plan, reading.problems),
        "warnings": steps.linked(plan, reading.warnings),
        "refused": refused,
        "superior": plan.enterprise.organisation.superior,
        "case_documents": documents(plan, "portal"),
    }
    status = refused.status if refused else 200
    return _page(request, plan, steps.CHECK, reading, "portal/plans/step_check.html", context, status)


@enterprise_only
@require_POST
def plan_document_remove(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Take a document off the plan."""
    plan = _open_plan(request, pk)
    services.detach_document(request.actor, plan, document)
    messages.success(request, _("The document was taken off the plan."))
    return redirect("portal:plan_step", pk=plan.pk, step=PlanStep.DOCUMENTS)


def _open_plan(request: HttpRequest, pk: int) -> Plan:
    """The plan, if it is this enterprise's; what cannot be changed now leads to its page."""
    plan = selectors.plan_of(request.actor, pk)
    if not plan.is_open:
        raise Refused(
            _("The plan is “%(state)s” and cannot be changed now.") % {"state": plan.get_state_display()},
            code="wrong_state",
        )
    return plan


def _page(
    request: HttpRequest,
    plan: Plan,
    step: str,
    reading: Reading,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """A step's page with what all steps show."""
    deficiencies = selectors.open_deficiencies(plan)
    context |= {
        "plan": plan,
        "step": step,
        "step_label": steps.LABELS[step],
        "reading": reading,
        "progress": steps.progress(reading, step),
        "deficiencies": deficiencies.get(step, []),
        "general_deficiencies": deficiencies.get("", []),
        "step_problems": reading.problems_of(step),
        "step_warnings": reading.warnings_of(step),
        "previous_url": steps.url_of(plan, steps.before(step)) if steps.before(step) else "",
    }
    return render(request, template, context, status=status)


def _is_autosave(request: HttpRequest) -> bool:
    """Whether the form sent itself on a change; a button that only has the focus counts for nothing."""
    return bool(request.htmx) and request.htmx.trigger == "step-form"


def _live(
    request: HttpRequest, plan: Plan, step: str, unsaved: list[tuple[int, str]], windows: dict[str, Any]
) -> HttpResponse:
    """What stands beside the form after a change: what is missing, totals, and what was not stored."""
    reading = Reading(plan, today())
    context = windows | {
        "is_answer": True,
        "plan": plan,
        "step": step,
        "reading": reading,
        "unsaved": unsaved,
        "step_problems": reading.problems_of(step),
        "step_warnings": reading.warnings_of(step),
    }
    response = render(request, "portal/plans/live.html", context)
    if unsaved:
        response["X-Saved"] = "partly"
    return response


def _onwards(request: HttpRequest, plan: Plan, step: str) -> HttpResponse:
    if request.POST.get("do") == "next":
        return redirect(steps.url_of(plan, steps.next_after(step)))
    messages.success(request, _("Saved."))
    return redirect(steps.url_of(plan, step))


# Basics --------------------------------------------------------------------------------------------


def _basics(request: HttpRequest, plan: Plan) -> HttpResponse:
    step, on = PlanStep.BASICS.value, today()
    form = BasicsForm(plan, initial=BasicsForm.initial_of(plan), on=on)
    typed = form
    if request.method == "POST":
        typed = BasicsForm(plan, request.POST, initial=form.initial, on=on)
        data = windows.with_news(request.POST, {"": typed}, {"": form})
        form = BasicsForm(plan, data, initial=form.initial, on=on)
        _store_basics(request, plan, form)
        plan = selectors.plan_of(request.actor, plan.pk)
        if _is_autosave(request):
            unsaved = [(0, text) for text in _errors(form)]
            return _live(request, plan, step, unsaved, _between_windows(request, plan, {"": typed}))
        if not form.errors:
            return _onwards(request, plan, step)
    context = _between_windows(request, plan, {"": form})
    context |= {"form": form, "unsaved": [(0, text) for text in _errors(form)]}
    status = 422 if form.is_bound else 200
    return _page(request, plan, step, Reading(plan, on), "portal/plans/step_basics.html", context, status)


def _between_windows(request: HttpRequest, plan: Plan, page: windows.Forms) -> dict[str, Any]:
    """What the form says of itself when it is sent next, and whether another window changed something."""
    initial = BasicsForm.initial_of(plan)
    stored = {"": BasicsForm(plan, initial=initial, on=today())}
    return windows.context(request.POST, page, stored)


def _store_basics(request: HttpRequest, plan: Plan, form: BasicsForm) -> None:
    """Store what is right; where a field is wrong, what was stored before stays."""
    form.is_valid()
    for _attempt in form.fields:
        try:
            trusted = _entrusted(plan, form)
            basics = form.to_input(trusted, plan)
            services.save_basics(request.actor, plan, basics, on=today())
        except InvalidInput as refusal:
            if not _mark(form, refusal.problems):
                raise
            continue
        return


def _entrusted(plan: Plan, form: BasicsForm) -> int | None:
    if "entrusted_to" in form.errors:
        return plan.entrusted_to_id
    uscc = form.cleaned_data.get("entrusted_to")
    return enterprise_by_uscc(uscc).pk if uscc else None


def _mark(form: Any, problems: list[Problem]) -> bool:
    """Put problems at their fields; False where one belongs to none that is still without an error."""
    news = [
        problem for problem in problems if problem.field in form.fields and problem.field not in form.errors
    ]
    for problem in news:
        form.add_error(problem.field, str(problem.message))
    return bool(news)


# Lists ---------------------------------------------------------------------------------------------


def _rows(request: HttpRequest, plan: Plan, name: str) -> HttpResponse:
    step, on = ROW_STEPS[name], today()
    reading = Reading(plan, on)
    options = Options.of(reading.facts)
    if request.method == "GET":
        rows = rows_of(step.form, options, steps.rows_to_show(step, reading.facts))
        return _rows_page(request, plan, name, reading, rows)
    typed = rows_posted(step.form, options, request.POST)
    stored = rows_of(step.form, options, step.stored(reading.facts))
    data = windows.with_news(request.POST, typed.by_key(), stored.by_key())
    wish = "" if _is_autosave(request) else data.get("do", "")
    removed = ""
    if wish.startswith("remove-") and wish.removeprefix("remove-").isdecimal():
        number = int(wish.removeprefix("remove-"))
        removed = data.get(f"rows-{number}-row_key", "")
        data = with_row_removed(data, number)
    rows = rows_posted(step.form, options, data)
    _store_rows(request, plan, step, rows, removed)
    if _is_autosave(request):
        plan = selectors.plan_of(request.actor, plan.pk)
        unsaved = [(number, next(_errors(form))) for number, form in rows.bad()]
        return _live(request, plan, name, unsaved, _rows_between_windows(request, plan, name, typed))
    if wish in ("save", "next") and not rows.bad():
        return _onwards(request, plan, name)
    if wish == "add":
        rows = rows_posted(step.form, options, with_row_added(data, new_row_key()))
        rows.forms[-1].take_focus()
    plan = selectors.plan_of(request.actor, plan.pk)
    status = 422 if rows.bad() and wish in ("save", "next", "") else 200
    return _rows_page(request, plan, name, Reading(plan, on), rows, status)


def _rows_page(
    request: HttpRequest, plan: Plan, name: str, reading: Reading, rows: RowSet, status: int = 200
) -> HttpResponse:
    unsaved = [(number, next(_errors(form))) for number, form in rows.bad()] if rows.is_bound else []
    context = _rows_between_windows(request, plan, name, rows) | {
        "rows": rows,
        "unsaved": unsaved,
        "add_label": ROW_STEPS[name].add_label,
        "many_lines": len(reading.facts.lines) > 1,
    }
    return _page(request, plan, name, reading, f"portal/plans/step_{name}.html", context, status)


def _rows_between_windows(request: HttpRequest, plan: Plan, name: str, page: RowSet) -> dict[str, Any]:
    step, facts = ROW_STEPS[name], Reading(plan, today()).facts
    stored = rows_of(step.form, Options.of(facts), step.stored(facts))
    return windows.context(request.POST, page.by_key(), stored.by_key())


def _store_rows(request: HttpRequest, plan: Plan, step: RowStep, rows: RowSet, removed: str) -> None:
    """Store the whole rows. Rows of another window and half-typed rows stay as they are stored."""
    manager: Any = step.model._default_manager
    stored = set(manager.filter(plan=plan).values_list("row_key", flat=True))
    posted = {form.key for form in rows.forms if form.has_changed()}
    cleared = {form.key for form in rows.forms if not form.has_changed()} | {removed}
    for _attempt in range(len(rows.forms) + 1):
        good = rows.good()
        bad = {form.key for _number, form in rows.bad()}
        keep = (stored - posted - cleared) | (stored & bad)
        inputs = [replace(form.to_input(), row_key=form.key) for form in good]
        try:
            step.save(request.actor, plan, inputs, on=today(), keep=keep)
        except InvalidInput as refusal:
            if not _mark_rows(good, refusal.problems):
                raise
            continue
        return


def _mark_rows(good: list[RowForm], problems: list[Problem]) -> bool:
    marked = False
    for problem in problems:
        if problem.row is not None and 1 <= problem.row <= len(good):
            form = good[problem.row - 1]
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
            marked = True
    return marked


def _errors(form: forms.Form) -> Iterator[str]:
    """What is wrong with a form, one sentence a field."""
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        yield f"{label}{errors[0]}"


# Documents -----------------------------------------------------------------------------------------


def _documents(request: HttpRequest, plan: Plan) -> HttpResponse:
    form, refused = DocumentForm(), None
    if request.method == "POST":
        if request.POST.get("do") == "next":
            return _onwards(request, plan, PlanStep.DOCUMENTS)
        form = DocumentForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                services.attach_document(
                    request.actor, plan, kind=form.cleaned_data["kind"], upload=form.cleaned_data["file"]
                )
            except InvalidInput as refusal:
                form.add_error("file", refusal.message)
            else:
                messages.success(request, _("The document was added."))
                return redirect(steps.url_of(plan, PlanStep.DOCUMENTS))
        refused = form.data.get("kind")
    reading = Reading(plan, today())
    context = {"form": form, "kinds": _kinds(plan, reading), "refused_kind": refused}
    status = 422 if form.is_bound else 200
    return _page(
        request, plan, PlanStep.DOCUMENTS, reading, "portal/plans/step_documents.html", context, status
    )


def _kinds(plan: Plan, reading: Reading) -> list[dict[str, Any]]:
    """Each kind of document with what is there; what has to be there comes first."""
    required = required_documents(plan)
    rows = documents(plan, "portal")
    found = [
        {
            "code": kind.value,
            "label": kind.label,
            "article": article(reading.facts.rules, required[kind]) if kind in required else "",
            "required": kind in required,
            "rows": [row for row in rows if row["kind"] == kind.value],
        }
        for kind in PlanDocumentKind
    ]
    offered = [row for row in found if row["rows"] or row["code"] not in _unasked(plan)]
    return sorted(offered, key=lambda row: not row["required"])


def _unasked(plan: Plan) -> set[str]:
    """Kinds of document that this plan has no use for."""
    unasked = set()
    if plan.entrusted_to_id is None:
        unasked.add(PlanDocumentKind.ENTRUSTMENT_AGREEMENT.value)
    if plan.enterprise.organisation.superior_id is None:
        unasked.add(PlanDocumentKind.CONSENT_LETTER.value)
    return unasked
