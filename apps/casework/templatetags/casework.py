"""Words of cases in templates: builtin, like the tags of core."""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from apps.casework import wording
from apps.casework.models import Decision
from apps.casework.transitions import Transition
from apps.casework.wording import kind_label

register = template.Library()


@register.filter
def subject_name(label: str) -> str:
    """The kind of a case in the reader's language: `plans.plan` as “Training plan”."""
    return kind_label(label)


@register.filter
def decision_words(decision: Decision) -> str:
    """What was decided, in the words of the button that was pressed."""
    return wording.action_label(decision.subject_type, decision.action)


@register.filter
def asking_a_reason(steps: Iterable[Transition]) -> str:
    """The buttons of a form that are refused without a reason, one after the other; empty where none is."""
    return _(", ").join(str(step.label) for step in steps if step.reason_required)
