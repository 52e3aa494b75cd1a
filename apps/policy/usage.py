"""Whether a document was used, and what other rooms do when one is loaded.

Rooms above register here; this room knows none of them. Foreign keys to PolicyDocument need no
registration: they are looked at anyway, and the database refuses the deletion besides.
"""

from collections.abc import Callable
from typing import Any

from django.db.models.deletion import get_candidate_relations_to_delete

from apps.policy.models import PolicyDocument
from apps.policy.rules import Rules

UsageCheck = Callable[[PolicyDocument], bool]
LoadHook = Callable[[Rules], None]

_checks: list[UsageCheck] = []
_hooks: list[LoadHook] = []


def usage_check(check: UsageCheck) -> UsageCheck:
    """Register a function that tells whether something was done under a document (decorator)."""
    _checks.append(check)
    return check


def on_load(hook: LoadHook) -> LoadHook:
    """Register a function that is called with the rules of every document that is loaded (decorator).

    It runs in the transaction of the loading, also when the document was there already, and must be
    safe to run again: the ledger adds the funds that a document names.
    """
    _hooks.append(hook)
    return hook


def is_used(document: PolicyDocument) -> bool:
    """Whether any row of another table names the document, or any registered check says so."""
    # Django types neither relations nor the options that they come from.
    options: Any = PolicyDocument._meta
    relations: Any = get_candidate_relations_to_delete(options)
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: document.pk}).exists()
        for relation in relations
    ) or any(check(document) for check in _checks)


def tell_loaded(rules: Rules) -> None:
    """Call what other rooms registered with `on_load`."""
    for hook in _hooks:
        hook(rules)
