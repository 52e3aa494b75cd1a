"""A quote as JSON for those outside: amounts, steps with their sentences, or the refusals."""

from typing import Any

from apps.policy.apprenticeship import Quote
from apps.policy.steps import Step


def answer_json(quote: Quote) -> dict[str, Any]:
    """One JSON object in the language of the moment; amounts are whole fen."""
    facts = quote.facts.as_json()
    answer: dict[str, Any] = {
        "document": quote.rules.key,
        "number": quote.rules.number,
        "title": str(quote.rules.title),
        "on": quote.on.isoformat(),
        "facts": {name: _said(value) for name, value in facts.items()},
    }
    if quote.refused:
        answer["refused"] = [
            {"code": reason.code, "text": reason.text, "article": reason.article} for reason in quote.refusals
        ]
    else:
        answer |= quote.amounts
        answer["recovery_fen"] = quote.recovery_fen
        answer["steps"] = [_step(step) for step in quote.steps]
    answer["notes"] = quote.notes
    return answer


def _step(step: Step) -> dict[str, Any]:
    return {"code": step.code, "text": step.text, "article": step.article, "amount": step.amount_fen}


def _said(value: str | int | bool) -> str | int:
    return ("yes" if value else "no") if isinstance(value, bool) else value
