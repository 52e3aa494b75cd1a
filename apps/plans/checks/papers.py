"""Textbooks and documents."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.core.errors import Problem
from apps.plans.articles import article
from apps.plans.content import PlanFacts
from apps.plans.enums import PlanDocumentKind
from apps.plans.models import Plan


def check_textbooks(facts: PlanFacts) -> Iterator[Problem]:
    """Textbooks are chosen and filed with the district (part 3(3)2)."""
    if not facts.textbooks:
        message = _("Name the textbooks: they are filed with the district.")
        yield Problem("textbooks.none", message, article(facts.rules, "textbooks"))


def required_documents(plan: Plan) -> dict[PlanDocumentKind, str]:
    """The documents that a plan needs, each with the topic of its article."""
    needed = {
        PlanDocumentKind.COOPERATION_AGREEMENT: "agreement",
        PlanDocumentKind.MANAGEMENT_RULES: "rules",
    }
    if plan.entrusted_to_id is not None:
        needed[PlanDocumentKind.ENTRUSTMENT_AGREEMENT] = "entrustment"
    return needed


def check_documents(facts: PlanFacts) -> Iterator[Problem]:
    """The agreements and rules are there (parts 3(2)1 and 3(3)1)."""
    for kind, topic in required_documents(facts.plan).items():
        if kind not in facts.document_kinds:
            message = _("Upload: %(document)s.") % {"document": kind.label}
            yield Problem(f"documents.{kind.value}", message, article(facts.rules, topic), kind.value)
