"""Results of a class: by form, with certificates; completing records and class."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.apprentices.checks import missing_for_complete
from apps.apprentices.enums import ClassState
from apps.apprentices.models import TrainingClass
from apps.apprentices.services import complete_class
from apps.casework.engine import Opinion
from apps.core import keyset
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.portal.forms.training import CommonResultForm, ResultForm
from apps.portal.views.training.classes import partners
from apps.training import selectors
from apps.training.services.complete_assessed import complete_assessed
from apps.training.services.record_results import record_results

enterprise_only = access(Role.ENTERPRISE_OPERATOR)


@partners
@require_http_methods(["GET", "HEAD", "POST"])
def result_class(request: HttpRequest, pk: int) -> HttpResponse:
    """The apprentices of a class with their credits and a row each for the result; saved together."""
    found = selectors.taught_class(request.actor, pk)
    people, pager = keyset.page_of(selectors.people_of(found), request, order=["id"])
    data = request.POST or None
    common = CommonResultForm(data, prefix="common", initial={"assessed_on": today()})
    forms = [ResultForm(data, enrolment=row) for row in people]
    status = 200
    if request.method == "POST":
        checked = [form.is_valid() for form in forms if not form.is_locked]
        sound = all(checked)
        status = 422
        if common.is_valid():
            saved, refused = _save(
                request, found, common, [f for f in forms if not f.is_locked and f.is_valid()]
            )
            if sound and not refused:
                _say_saved(request, saved)
                return redirect(request.get_full_path())
            if saved:
                _say_saved(request, saved)
    earned = selectors.credits_by_person(people)
    context = {
        "class": found,
        "common": common,
        "rows": [{"form": form, "credits": earned[form.enrolment.pk]} for form in forms],
        "pager": pager,
        "readiness": selectors.readiness_of(found),
        "missing": missing_for_complete(found) if found.state == ClassState.OPEN else [],
        "locked": any(form.is_locked for form in forms),
        "may_save": any(form.is_open for form in forms),
        # Where the document says what a certificate makes of the amount.
        "certificate_article": found.policy_document.shares_article,
        "wrong": sum(bool(form.refusal or form.errors) for form in forms) if data else 0,
    }
    return render(request, "portal/training/results.html", context, status=status)


def _save(
    request: HttpRequest, found: TrainingClass, common: CommonResultForm, forms: list[ResultForm]
) -> tuple[int, bool]:
    """Record the rows that report something; how many were, and whether any was refused."""
    reports = {}
    for form in forms:
        form.refusal = form.changed_elsewhere()
        facts = form.facts(common.cleaned_data) if form.refusal is None else None
        if facts is not None:
            reports[form.enrolment.pk] = facts
    refused = record_results(request.actor, found, reports, on=today())
    for form in forms:
        pk = form.enrolment.pk
        form.refusal = form.refusal or refused.get(pk)
        if pk in reports and form.refusal is None:
            form.note_saved(reports[pk])
    return len(reports) - len(refused), any(form.refusal for form in forms)


def _say_saved(request: HttpRequest, saved: int) -> None:
    if not saved:
        messages.info(request, _("Nothing was changed."))
        return
    sentence = ngettext("%(count)s result was saved.", "%(count)s results were saved.", saved)
    messages.success(request, sentence % {"count": saved})


@enterprise_only
@require_POST
def result_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Complete the records of everybody whose result is in."""
    found = selectors.taught_class(request.actor, pk)
    done = complete_assessed(request.actor, found, on=today())
    sentence = ngettext("%(count)s record was completed.", "%(count)s records were completed.", done)
    messages.success(request, sentence % {"count": done})
    return redirect("portal:result_class", pk=pk)


@enterprise_only
@require_POST
def result_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the class, once nobody in it trains any more."""
    found = selectors.taught_class(request.actor, pk)
    try:
        complete_class(request.actor, found, on=today(), opinion=Opinion())
    except ShituError as refusal:
        for problem in refusal.sentences:
            messages.error(request, str(problem.message))
    else:
        messages.success(request, _("The class is completed. The remainder can be claimed now."))
    return redirect("portal:result_class", pk=pk)
