"""The register of institutions: the directory, the scope of the licence, the yearly evaluation."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.catalogue.names import level_names, occupation_names
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import InvalidInput, NotFound
from apps.desk.forms.registers import DirectoryForm, EvaluationForm, ReasonForm, RegisterFilter, ScopeForm
from apps.desk.views.registers.enterprises import (
    CONFIRMERS,
    account_rows,
    attempt,
    history_entries,
    named_accounts,
)
from apps.institutions import services
from apps.institutions.enums import Standing
from apps.institutions.halts import HALT_ARTICLE
from apps.institutions.models import Institution, LicenceScope
from apps.institutions.selectors import standing_problems
from apps.institutions.services.directory import EVALUATORS, KEEPERS
from apps.institutions.services.record import SCOPE_KEEPERS
from apps.institutions.services.report import REPORTERS, report_institution
from apps.training.halts import lessons_by_class

READERS = (
    Role.DISTRICT_REVIEWER,
    Role.DISTRICT_SUPERVISOR,
    Role.CITY_OFFICER,
    Role.FINANCE_OFFICER,
    Role.SUPERIOR_UNIT,
    Role.OBSERVER,
    Role.AUDITOR,
)
# Who looks after an institution that applied: the district examines it, the city lists it.
EXAMINERS = (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, *KEEPERS)


@require_safe
@access(*READERS)
def institutions(request: HttpRequest) -> HttpResponse:
    """List the institutions that one may see; those that applied for the directory can be asked for."""
    actor = request.actor
    filters = RegisterFilter(request.GET, of="institutions", whole_city=actor.district_code is None)
    visible = Institution.objects.visible_to(actor)
    found = visible.select_related("organisation__district")
    if filters.is_valid():
        wanted = filters.cleaned_data
        if wanted["q"]:
            text = wanted["q"]
            found = found.filter(
                Q(organisation__name__icontains=text)
                | Q(organisation__name_pinyin__icontains=text)
                | Q(organisation__uscc__icontains=text)
                | Q(licence_no__icontains=text)
            )
        if wanted["standing"]:
            found = found.filter(standing=wanted["standing"])
        if wanted.get("district"):
            found = found.filter(organisation__district=wanted["district"])
    page, pager = keyset.page_of(found, request, order=("organisation__name_pinyin", "organisation_id"))
    waiting = visible.filter(standing=Standing.APPLIED).count() if actor.role in EXAMINERS else 0
    context = {"filters": filters, "rows": page, "pager": pager, "waiting": waiting}
    context["keeps_directory"] = actor.role in KEEPERS
    return render(request, "desk/registers/institutions.html", context)


@require_safe
@access(*READERS)
@never_cache
def institution(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one institution: record, directory, licence, evaluations, bank accounts, what was changed."""
    return institution_page(request, pk)


@require_POST
@access(*KEEPERS)
def institution_standing(request: HttpRequest, pk: int) -> HttpResponse:
    """List, suspend, remove or reinstate an institution."""
    found = _institution(request, pk)
    form = DirectoryForm(request.POST)
    verb = request.POST.get("verb", "")
    if verb == "list":
        form.fields["reason"].required = False
    if form.is_valid() and attempt(form, lambda: _change(request, found, verb, form)) is not None:
        messages.success(request, _("The directory is changed."))
        return redirect("desk:institution", pk=pk)
    return institution_page(request, pk, standing_form=form, status=422)


def _change(request: HttpRequest, found: Institution, verb: str, form: DirectoryForm) -> Institution:
    reason, since = form.cleaned_data["reason"], form.cleaned_data["since"]
    if verb == "list":
        return services.list_institution(request.actor, found, on=today())
    if verb == "suspend":
        until = form.cleaned_data["until"]
        return services.suspend(request.actor, found, reason, on=today(), since=since, until=until)
    if verb == "remove":
        return services.remove(request.actor, found, reason, on=today(), since=since)
    if verb == "reinstate":
        return services.reinstate(request.actor, found, reason, on=today(), since=since)
    raise InvalidInput(_("Choose what to do: list, suspend, remove or reinstate."))


@require_POST
@access(*SCOPE_KEEPERS)
def scope_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the licence covers an occupation and level."""
    found = _institution(request, pk)
    form = ScopeForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: services.add_licence_scope(
                request.actor,
                found,
                occupation_code=given["occupation"].pk,
                level_code=given["level"].pk,
                valid_from=given["valid_from"],
                valid_to=given["valid_to"],
            ),
        )
        if made is not None:
            messages.success(request, _("The scope is recorded."))
            return redirect("desk:institution", pk=pk)
    return institution_page(request, pk, scope_form=form, status=422)


@require_POST
@access(*SCOPE_KEEPERS)
def scope_end(request: HttpRequest, pk: int, scope: int) -> HttpResponse:
    """Let a scope end today; what was approved before keeps it."""
    found = LicenceScope.objects.filter(pk=scope, institution=_institution(request, pk)).first()
    if found is None:
        raise NotFound(_("There is no such scope."))
    services.end_licence_scope(request.actor, found, on=today())
    messages.success(request, _("The scope ends today."))
    return redirect("desk:institution", pk=pk)


@require_POST
@access(*EVALUATORS)
def evaluation_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the yearly evaluation."""
    found = _institution(request, pk)
    form = EvaluationForm(request.POST)
    if form.is_valid():
        made = attempt(form, lambda: services.evaluate(request.actor, found, on=today(), **form.cleaned_data))
        if made is not None:
            messages.success(request, _("The evaluation is recorded."))
            return redirect("desk:institution", pk=pk)
    return institution_page(request, pk, evaluation_form=form, status=422)


@require_POST
@access(*REPORTERS)
def institution_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report an institution to the city, which decides whether its training is stopped."""
    found = _institution(request, pk)
    form = ReasonForm(request.POST, auto_id="report_%s")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: report_institution(request.actor, found, reason)) is not None:
            messages.success(request, _("The city's officers were told. They decide."))
            return redirect("desk:institution", pk=pk)
    return institution_page(request, pk, report_form=form, status=422)


def institution_page(
    request: HttpRequest,
    pk: int,
    *,
    shown: dict[int, str] | None = None,
    reasons: forms.Form | None = None,
    standing_form: forms.Form | None = None,
    scope_form: forms.Form | None = None,
    evaluation_form: forms.Form | None = None,
    report_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one institution, with whatever form was just sent."""
    found = _institution(request, pk)
    role = request.actor.role
    accounts = account_rows(request, found.pk, shown)
    scopes = list(found.scopes.all())
    occupations = occupation_names(scope.occupation_code for scope in scopes)
    levels = level_names(scope.level_code for scope in scopes)
    rows = [(occupations[scope.occupation_code], levels[scope.level_code], scope) for scope in scopes]
    evaluations = list(found.evaluations.select_related("evaluated_by__person"))
    parts: dict[Model, str] = {
        **{scope: f"{occupation} · {level}" for occupation, level, scope in rows},
        **{evaluation: f"{evaluation.year}: {evaluation.get_grade_display()}" for evaluation in evaluations},
        **named_accounts(accounts),
    }
    context: dict[str, Any] = {
        "institution": found,
        "problems": standing_problems(found, today()),
        "halted_lessons": lessons_by_class(request.actor, found),
        "scopes": rows,
        "today": today(),
        "evaluations": evaluations,
        "accounts": accounts,
        "reasons": reasons or ReasonForm(),
        "standing_form": standing_form or DirectoryForm(),
        "scope_form": scope_form or ScopeForm(initial={"valid_from": today()}),
        "evaluation_form": evaluation_form or EvaluationForm(initial={"year": today().year - 1}),
        "keeps_directory": role in KEEPERS,
        "halt_article": HALT_ARTICLE,
        "examines": role in EXAMINERS,
        "report_form": report_form or ReasonForm(auto_id="report_%s"),
        "reports": role in REPORTERS,
        "evaluates": role in EVALUATORS,
        "keeps_scopes": role in SCOPE_KEEPERS,
        "confirms": role in CONFIRMERS,
        "entries": history_entries(found, found.organisation, parts=parts),
    }
    return render(request, "desk/registers/institution.html", context, status=status)


def _institution(request: HttpRequest, pk: int) -> Institution:
    found = (
        Institution.objects.visible_to(request.actor)
        .select_related("organisation__district", "organisation__superior")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such institution."))
    return found
