"""The textbooks of a plan, filed with the district."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.errors import Problem
from apps.plans.enums import TextbookKind
from apps.plans.inputs import TextbookRow
from apps.plans.models import Plan, Textbook
from apps.plans.services.editing import clean_text, editing, refuse_problems, replace_rows

_ISBN_LENGTHS = (10, 13)


def save_textbooks(
    actor: Actor,
    plan: Plan,
    rows: Sequence[TextbookRow],
    *,
    on: date,  # noqa: ARG001 - one signature for all parts
    keep: Iterable[str] = (),
) -> Plan:
    """Make these the textbooks of the plan; `keep` are keys of stored textbooks to leave alone.

    Raises `InvalidInput` with the row of each problem, `Conflict` when an office has the plan.
    """
    refuse_problems(list(_problems(rows)))
    wanted = [(row.row_key, _values(row, number)) for number, row in enumerate(rows, start=1)]
    with editing(actor, plan) as edit:
        replace_rows(edit, Textbook, wanted, keep=keep, same=_same)
        return edit.plan


def _same(book: Any, values: dict[str, Any]) -> bool:
    return (book.title, book.isbn) == (values["title"], values["isbn"])


def _values(row: TextbookRow, number: int) -> dict[str, Any]:
    return {
        "title": clean_text(row.title, row=number, field="title", label=_("Title"), most=200),
        "publisher": clean_text(row.publisher, row=number, field="publisher", label=_("Publisher"), most=120),
        "isbn": row.isbn.strip().upper(),
        "kind": row.kind,
    }


def _problems(rows: Sequence[TextbookRow]) -> Iterable[Problem]:
    for number, row in enumerate(rows, start=1):
        if not row.title.strip():
            yield Problem("title", _("Enter the title of the textbook."), field="title", row=number)
        if row.kind not in TextbookKind.values:
            yield Problem("kind", _("Choose the kind of the textbook."), field="kind", row=number)
        if row.isbn.strip() and not _is_isbn(row.isbn):
            message = _("An ISBN has 10 or 13 digits; copy it from the imprint.")
            yield Problem("isbn", message, field="isbn", row=number)


def _is_isbn(text: str) -> bool:
    bare = text.strip().upper().replace("-", "").replace(" ", "")
    digits = bare[:-1] + ("0" if bare.endswith("X") and len(bare) == _ISBN_LENGTHS[0] else bare[-1:])
    return len(bare) in _ISBN_LENGTHS and digits.isascii() and digits.isdigit() and len(text.strip()) <= 20
