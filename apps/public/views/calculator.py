"""What an apprenticeship may be due, for anyone who asks; nothing is stored."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.access import access
from apps.core import clock
from apps.core.errors import ShituError
from apps.policy.apprenticeship import Quote, quote
from apps.policy.enums import Programme
from apps.policy.models import PolicyDocument
from apps.policy.problems import UngovernedDay
from apps.policy.refusing import succession_refusal
from apps.policy.selectors import governing_document, rules_of
from apps.public.forms import CalculatorForm


@require_safe
@access.public
def calculator(request: HttpRequest) -> HttpResponse:
    """Show the form and, once it is filled in, the amounts with every step and its article."""
    documents = list(PolicyDocument.objects.filter(programme=Programme.APPRENTICESHIP))
    if not documents:
        return render(request, "public/calculator.html", {"documents": []})
    chosen = _chosen(documents, request.GET.get("document", ""))
    rules = rules_of(chosen)
    choices = [(document.key, str(document)) for document in documents]
    asked = request.GET if "level" in request.GET else None
    first = {"document": chosen.key, "on": _first_day(chosen), "months": 24, "outcome": "open"}
    form = CalculatorForm(asked, documents=choices, rules=rules, initial=first)
    answer, problem = None, ""
    if asked is not None and form.is_valid():
        try:
            answer = _answer(chosen, form)
        except ShituError as refusal:
            problem = refusal.message
    context = {"documents": documents, "document": chosen, "form": form, "answer": answer, "problem": problem}
    return render(request, "public/calculator.html", context)


def _chosen(documents: list[PolicyDocument], key: str) -> PolicyDocument:
    """The document asked for; else the one that governs today, else the newest of this city."""
    for document in documents:
        if document.key == key:
            return document
    try:
        governing = governing_document(Programme.APPRENTICESHIP, clock.today())
    except UngovernedDay:
        return max(documents, key=lambda document: document.in_force_from)
    return next((document for document in documents if document.pk == governing.pk), documents[0])


def _first_day(document: PolicyDocument) -> date:
    """Today where the document is in force, else its last or first day."""
    today = clock.today()
    if today < document.in_force_from:
        return document.in_force_from
    return min(today, document.in_force_until or today)


def _answer(document: PolicyDocument, form: CalculatorForm) -> Quote:
    """The quote, or a refusal where another document of the same city governs that day."""
    rules, on = rules_of(document), form.on_day
    found = quote(rules, form.facts, on)
    try:
        governing = governing_document(Programme.APPRENTICESHIP, on, document.jurisdiction)
    except UngovernedDay:
        return found
    if governing.pk != document.pk and on >= governing.in_force_from > document.in_force_from:
        return Quote(rules, form.facts, on, refusals=(succession_refusal(rules, rules_of(governing), on),))
    return found
