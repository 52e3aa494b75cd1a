"""Which document governs a day, and what it says."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.catalogue.selectors import in_evaluation_scope, is_listed, listed_codes
from apps.core.errors import NotFound
from apps.policy.enums import ORDINARY
from apps.policy.models import MinimumWage, PolicyDocument
from apps.policy.problems import UngovernedDay
from apps.policy.reader import rules_from_content
from apps.policy.rules import Rules, digest

_RULES_KEPT_MAX = 200
_rules_by_hash: dict[str, Rules] = {}


def documents(programme: str, jurisdiction: str | None = None) -> QuerySet[PolicyDocument]:
    """The documents of a programme in a city (`settings.JURISDICTION` by default), the newest first."""
    return PolicyDocument.objects.filter(
        programme=programme, jurisdiction=jurisdiction or settings.JURISDICTION
    ).order_by("-in_force_from")


def governing_document(programme: str, on: date, jurisdiction: str | None = None) -> PolicyDocument:
    """The document that governs what is set up on a day: of those in force, the newest.

    A successor governs from its first day; what was set up before keeps the document it names.
    Raises UngovernedDay where none is in force.
    """
    found = (
        documents(programme, jurisdiction)
        .filter(Q(in_force_until=None) | Q(in_force_until__gte=on), in_force_from__lte=on)
        .first()
    )
    if found is None:
        raise UngovernedDay(programme, jurisdiction or settings.JURISDICTION, on)
    return found


def successor_of(document: PolicyDocument, on: date) -> PolicyDocument | None:
    """The newer document of the same city and programme that governs a day, or None."""
    return (
        documents(document.programme, document.jurisdiction)
        .filter(Q(in_force_until=None) | Q(in_force_until__gte=on), in_force_from__lte=on)
        .filter(in_force_from__gt=document.in_force_from)
        .first()
    )


def document_by_key(key: str) -> PolicyDocument:
    """A loaded document by its key; raises NotFound."""
    try:
        return PolicyDocument.objects.get(key=key)
    except PolicyDocument.DoesNotExist:
        raise NotFound from None


def rules_of(document: PolicyDocument) -> Rules:
    """The rules of a loaded document; read once per content and process.

    Raises ValueError where the stored content does not have the stored hash: nothing may be computed
    from a document that was tampered with.
    """
    rules = _rules_by_hash.get(document.sha256)
    if rules is None:
        if digest(document.content) != document.sha256:
            raise ValueError(f"the stored content of {document.key} does not have its hash")
        if len(_rules_by_hash) >= _RULES_KEPT_MAX:
            _rules_by_hash.clear()
        rules = _rules_by_hash[document.sha256] = rules_from_content(document.content)
    return rules


def parameter(document: PolicyDocument | Rules, name: str, on: date) -> Any:
    """The value of a parameter on a day: fen, days, Fraction of one, bool, code, or a Table of conditions.

    Raises MissingParameter by name and day; `apps.policy.parameters` lists the names.
    """
    rules = document.rules if isinstance(document, PolicyDocument) else document
    return rules.value(name, on)


def minimum_wage_on(on: date) -> MinimumWage | None:
    """The city's monthly minimum wage on a day with its document; None where none is recorded."""
    return MinimumWage.objects.filter(valid_from__lte=on).order_by("-valid_from", "-id").first()


def occupation_kind(document: PolicyDocument | Rules, occupation_code: str, on: date) -> str:
    """The kind under which an occupation is paid on a day: the first list of the document it stands on.

    `ordinary` where it stands on none. The document's kinds are codes of catalogue lists.
    """
    for kind in _listed_kinds(document):
        if is_listed(kind, occupation_code, on):
            return kind
    return ORDINARY


def occupation_kinds(
    document: PolicyDocument | Rules, occupation_codes: Iterable[str], on: date
) -> dict[str, str]:
    """The kind of each of many occupations on a day, in one query per kind of the document."""
    lists = [(kind, listed_codes(kind, on)) for kind in _listed_kinds(document)]
    return {
        code: next((kind for kind, codes in lists if code in codes), ORDINARY)
        for code in set(occupation_codes)
    }


def enrolment_facts(
    document: PolicyDocument | Rules, occupation_code: str, level_code: str, on: date
) -> dict[str, Any]:
    """The facts about occupation and level that a quote needs, as they stand on the enrolment day."""
    return {
        "occupation_kind": occupation_kind(document, occupation_code, on),
        "level": level_code,
        "in_evaluation_scope": in_evaluation_scope(occupation_code, level_code, on),
    }


def _listed_kinds(document: PolicyDocument | Rules) -> list[str]:
    rules = document.rules if isinstance(document, PolicyDocument) else document
    return [kind for kind in rules.occupation_kinds if kind != ORDINARY]
