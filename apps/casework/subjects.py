"""Every kind of case registers itself once: its model, its table, its words, its addresses.

Queues, history, notes, documents, notices and the API look a case up here by its label
(`plans.plan`), so that none of them needs to know the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework import invariants
from apps.casework.transitions import Transition, TransitionTable
from apps.core.errors import NotFound
from apps.core.files import endings_of
from apps.core.models import Job

DOCUMENT_FILES = ("pdf", "jpg", "png")


@dataclass(frozen=True)
class Background:
    """How one step is taken for many cases in the background.

    `enqueue(actor, pks)` returns the job; `desk_url` is the route that shows how far it is, taking its pk.
    """

    enqueue: Callable[[Actor, Sequence[int]], Job]
    desk_url: str


@dataclass(frozen=True)
class Subject:
    """A kind of case.

    `portal_url` and `desk_url` are the route names of its page, taking the pk. `services` maps each action
    to the callable `(actor, case, *, on, opinion) -> case`. `offers` says of a step that state and role
    would permit whether it fits this very case (a claim that pays is not signed as a recovery). `summary`
    puts a case in a few words for a list, `amount` is the money of a case in fen, so that a list can add up
    what is chosen; neither may ask the database anything beyond `related`, which a list loads with it.
    `document_kinds` are the kinds of document that it takes; `file_kinds` names for some of them which kinds
    of file they are (`core.files.KINDS`), where that is not a document or picture. `background` holds the
    steps which are taken for many cases by a job.
    `questions` are those of its checklist by their codes, in which a decision answers them.
    `takes_documents` says who may add or remove one now; without it, whoever has to act does.
    """

    label: str
    name: str | Promise
    table: TransitionTable | None = None
    portal_url: str = ""
    desk_url: str = ""
    services: dict[str, Callable] = field(default_factory=dict)
    offers: Callable[[models.Model, Transition], bool] | None = None
    summary: Callable[[models.Model], str] | None = None
    document_kinds: Sequence[tuple[str, str | Promise]] = ()
    related: tuple[str, ...] = ()
    takes_documents: Callable[[Any, Actor], bool] | None = None
    amount: Callable[[Any], int] | None = None
    background: dict[str, Background] = field(default_factory=dict)
    file_kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    questions: Mapping[str, str | Promise] = field(default_factory=dict)

    def files_for(self, document_kind: str) -> tuple[str, ...]:
        """The kinds of file that a kind of document is taken as."""
        return self.file_kinds.get(document_kind, DOCUMENT_FILES)

    def endings(self) -> str:
        """What the upload field offers, over all kinds of document."""
        kinds = [kind for code, _name in self.document_kinds for kind in self.files_for(code)]
        return endings_of(kinds or DOCUMENT_FILES)

    @property
    def model(self) -> Any:
        """The model; its manager knows `visible_to`."""
        return apps.get_model(self.label)

    def state_label(self, state: str) -> str:
        """The state in the user's language."""
        return str(dict(self.model._meta.get_field("state").flatchoices).get(state, state))


_subjects: dict[str, Subject] = {}


_added: dict[str, dict[str, Callable]] = {}
_added_background: dict[str, dict[str, Background]] = {}


def register(subject: Subject) -> None:
    """Make a kind of case known; called from the app's `ready`."""
    _subjects[subject.label] = subject
    if subject.table is not None:
        invariants.watch(subject.label)
    subject.services.update(_added.get(subject.label, {}))
    subject.background.update(_added_background.get(subject.label, {}))


def add_services(label: str, services: dict[str, Callable]) -> None:
    """Let a higher floor take steps of a case of a lower one, whichever of the two is ready first."""
    _added.setdefault(label, {}).update(services)
    if label in _subjects:
        _subjects[label].services.update(services)


def add_background(label: str, steps: dict[str, Background]) -> None:
    """Let a higher floor take steps of many cases of a lower one in the background."""
    _added_background.setdefault(label, {}).update(steps)
    if label in _subjects:
        _subjects[label].background.update(steps)


def get(label: str) -> Subject:
    """The registered subject. Raises `NotFound` for an unknown label."""
    try:
        return _subjects[label]
    except KeyError:
        raise NotFound(code="unknown_subject") from None


def all_subjects() -> tuple[Subject, ...]:
    return tuple(_subjects.values())


def load(label: str, pk: int, actor: Actor) -> Any:
    """The case itself if this actor may see it. Raises `NotFound` otherwise, also for another's case."""
    case = get(label).model.objects.visible_to(actor).filter(pk=pk).first()
    if case is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    return case


def steps_for(case: Any, actor: Actor) -> tuple[Transition, ...]:
    """The steps that this actor could now take on this case, in the order of the table."""
    subject = get(case._meta.label_lower)
    if subject.table is None:
        return ()
    rows = subject.table.available(case.state, actor.role)
    return tuple(row for row in rows if subject.offers is None or subject.offers(case, row))
