"""Changing what a plan says: only by its enterprise, only while it has it, one version a hand-in."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import lock
from apps.core import clock
from apps.core.errors import Conflict, Forbidden, InvalidInput, Problem
from apps.plans.models import Part, Plan

ROWS_MAX = 300
_KEY_LENGTH_MAX = 16


@dataclass
class Edit:
    """A plan under its row lock; `changed` makes the next hand-in a new version."""

    plan: Plan
    changed: bool = False


def new_row_key() -> str:
    """The name of a row that is not stored yet."""
    return secrets.token_hex(6)


def account_of(actor: Actor) -> int:
    """The account that writes. Raises `Forbidden` for the system, which writes no plan."""
    if actor.user_id is None:
        raise Forbidden(_("Only the enterprise changes its plan."), code="not_your_plan")
    return actor.user_id


@contextmanager
def editing(actor: Actor, plan: Plan) -> Iterator[Edit]:
    """Lock the plan for a change of its content and raise its version where it had been handed in.

    Raises `NotFound` (not the actor's), `Forbidden` (not an enterprise), `Conflict` (an office has it).
    """
    with transaction.atomic():
        locked = lock(plan, actor)
        if not (actor.is_enterprise and locked.enterprise_id == actor.organisation_id):
            raise Forbidden(_("Only the enterprise changes its plan."), code="not_your_plan")
        if not locked.is_open:
            raise Conflict(
                _("The plan is “%(state)s” and cannot be changed now.")
                % {"state": locked.get_state_display()},
                code="wrong_state",
            )
        edit = Edit(locked)
        yield edit
        if edit.changed:
            note_change(locked)
    plan.version, plan.edited_at = locked.version, locked.edited_at


def note_change(locked: Plan) -> None:
    """Raise the version once after a hand-in and remember when; the caller holds the row lock."""
    if locked.submissions.filter(version=locked.version).exists():
        locked.version += 1
    locked.edited_at = clock.now()
    locked.save(update_fields=["version", "edited_at"])


def replace_rows(
    edit: Edit,
    model: type[Part],
    rows: Sequence[tuple[str, dict[str, Any]]],
    *,
    keep: Iterable[str] = (),
    same: Callable[[Part, dict[str, Any]], bool] | None = None,
) -> None:
    """Make the rows of one kind what is given: (key, values) in order; `keep` are keys left as they are.

    A row without a key takes the stored row that `same` recognises, or becomes a new one. Rows that are
    neither given nor kept go.
    """
    if len(rows) > ROWS_MAX:
        raise InvalidInput(
            _("A plan has at most %(max)s rows of a kind.") % {"max": ROWS_MAX}, code="too_many_rows"
        )
    manager: Any = model._default_manager
    stored: dict[str, Part] = {row.row_key: row for row in manager.filter(plan=edit.plan)}
    kept = {key for key in keep if key}
    named = {key for key, _values in rows if key}
    free = {key: row for key, row in stored.items() if key not in named | kept}
    wanted: list[tuple[Part | None, str, dict[str, Any]]] = []
    for key, values in rows:
        row = stored.get(key)
        if row is None and not key and same is not None:
            row = next((each for each in free.values() if same(each, values)), None)
        if row is not None:
            free.pop(row.row_key, None)
        wanted.append((row, key[:_KEY_LENGTH_MAX] or new_row_key(), values))
    _store(edit, model, wanted, gone=list(free.values()))


def _store(
    edit: Edit,
    model: type[Part],
    wanted: Sequence[tuple[Part | None, str, dict[str, Any]]],
    gone: Sequence[Part],
) -> None:
    manager: Any = model._default_manager
    if gone:
        manager.filter(pk__in=[row.pk for row in gone]).delete()
        edit.changed = True
    new = [
        model(**{"plan": edit.plan, "row_key": key, **values}) for row, key, values in wanted if row is None
    ]
    if new:
        manager.bulk_create(new)
        edit.changed = True
    for row, _key, values in wanted:
        if row is None:
            continue
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        if differing:
            for name in differing:
                setattr(row, name, values[name])
            row.save(update_fields=differing)
            edit.changed = True


def known_codes(model: type[models.Model], codes: Iterable[str]) -> set[str]:
    """Those of the codes that the catalogue has."""
    wanted = {code for code in codes if code}
    return set(model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))


def refuse_problems(problems: Sequence[Problem]) -> None:
    """Raise InvalidInput when there is anything to say."""
    if problems:
        raise InvalidInput(problems=problems)


def clean_text(value: str, *, row: int | None, field: str, label: str, most: int) -> str:
    """The text without blanks around it and without control characters. Raises InvalidInput."""
    text = " ".join(str(value or "").split())
    if len(text) > most or not text.isprintable():
        message = _("%(field)s: at most %(most)s ordinary characters.") % {"field": label, "most": most}
        raise InvalidInput(problems=[Problem("text", message, field=field, row=row)])
    return text
