"""Calculations for the facts of a class: each distinct set of facts is computed and stored once."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from apps.claims.models import Calculation
from apps.core.errors import Problem, Refused
from apps.policy.apprenticeship import Facts, Quote, quote
from apps.policy.models import PolicyDocument

FactRow = dict[str, Any]


class Documents(dict[int, PolicyDocument]):
    """Policy documents by key, each read and taken apart once."""

    def __missing__(self, key: int) -> PolicyDocument:
        self[key] = PolicyDocument.objects.get(pk=key)
        return self[key]


def calculate(rows: Iterable[FactRow]) -> dict[int, Calculation]:
    """The stored calculation for each row of facts, by the row's position.

    Raises `Refused` with the policy's own reasons (and articles) where it grants nothing.
    """
    documents = Documents()
    answers: list[tuple[str, Quote, PolicyDocument]] = []
    for row in rows:
        document = documents[row["policy_document_id"]]
        answer = quote(document.rules, _facts(row), row["rates_on"])
        if answer.refused:
            problems = [Problem(step.code, step.text, article=step.article) for step in answer.refusals]
            raise Refused(code="policy_refuses", problems=problems)
        answers.append((_digest(answer), answer, document))
    _store(answers)
    stored = {row.digest: row for row in Calculation.objects.filter(digest__in=[item[0] for item in answers])}
    return {position: stored[digest] for position, (digest, _quote, _document) in enumerate(answers)}


def _known(fen: int | None) -> int:
    """Standard or advance of an answer; only a refused one has none, and that is never stored."""
    if fen is None:
        raise ValueError("a refused answer has no amounts")
    return fen


def _store(answers: list[tuple[str, Quote, PolicyDocument]]) -> None:
    Calculation.objects.bulk_create(
        (
            Calculation(
                digest=digest,
                policy_document=document,
                document_sha256=document.sha256,
                snapshot=answer.as_snapshot(),
                standard_fen=_known(answer.standard_fen),
                advance_fen=_known(answer.advance_fen),
                due_fen=answer.due_fen,
            )
            for digest, answer, document in {item[0]: item for item in answers}.values()
        ),
        ignore_conflicts=True,
    )


def _facts(row: FactRow) -> Facts:
    return Facts(
        level=row["level_id"],
        months=row["term_months"],
        occupation_kind=row["occupation_kind"] or None,
        in_evaluation_scope=row["in_evaluation_scope"],
        result=row["outcome"],
        certificate=row["certified"],
    )


def digest_of(row: FactRow, documents: Documents) -> str | None:
    """The digest of the calculation for these facts, stored or not; None where nothing is granted."""
    answer = quote(documents[row["policy_document_id"]].rules, _facts(row), row["rates_on"])
    return None if answer.refused else _digest(answer)


def _digest(answer: Quote) -> str:
    return sha256(answer.snapshot_json.encode()).hexdigest()
