"""Load policy documents from files: a new one is added, the same one is left, a used one never changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from apps.catalogue.models import Level
from apps.policy.models import PolicyDocument
from apps.policy.parameters import PARAMETERS
from apps.policy.problems import DocumentInUse, DocumentProblem, InvalidDocument
from apps.policy.reader import (
    HEADER_FILE,
    find_folder,
    levels_of_everywhere,
    number_taken,
    plain_number,
    policies_dir,
    read_document,
    read_documents,
)
from apps.policy.rules import Rules, digest
from apps.policy.usage import is_used, tell_loaded

# Advisory lock of everybody who loads policies: "Slp", Shitu loads policies.
_LOCK = 0x536C70


@dataclass
class Loaded:
    """Keys of the documents that were added, replaced while still unused, and found unchanged."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def load_policies(directory: Path | None = None) -> Loaded:
    """Load one document folder, or every document in a folder; the project's own by default.

    All of it or nothing. Loading the same files again changes nothing. Raises InvalidDocument with every
    defect by file and key, and DocumentInUse where a file differs from a document under which something
    was already done: a change of rules is a successor with `succeeds`.
    """
    folder = directory or policies_dir()
    return store_documents(read_documents(folder, _find_content(folder)))


@transaction.atomic
def store_documents(documents: Iterable[Rules]) -> Loaded:
    """Store documents that were read, all or none; raises what `load_policies` raises."""
    loaded = Loaded()
    with connection.cursor() as cursor:
        # Several machines load at start-up; the second one finds everything unchanged.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    for rules in documents:
        _load_one(rules, loaded)
    return loaded


def _load_one(rules: Rules, loaded: Loaded) -> None:
    stored = PolicyDocument.objects.select_for_update().filter(key=rules.key).first()
    if stored is not None and (stored.sha256 == rules.sha256 or _says_the_same(stored, rules)):
        loaded.unchanged.append(rules.key)
    elif stored is None:
        _add(rules)
        loaded.added.append(rules.key)
    else:
        _replace(stored, rules)
        loaded.replaced.append(rules.key)
    _add_levels(rules)
    tell_loaded(rules)


def _says_the_same(stored: PolicyDocument, rules: Rules) -> bool:
    """Whether a file adds nothing but parameters that say what holds without them.

    A choice that was named later changes nothing for what was done before: the stored document stays.
    """
    added = set(rules.content["parameters"]) - set(stored.content["parameters"])
    if not added or any(_is_news(rules, name) for name in added):
        return False
    kept = {name: value for name, value in rules.content["parameters"].items() if name not in added}
    return digest({**rules.content, "parameters": kept}) == stored.sha256


def _is_news(rules: Rules, name: str) -> bool:
    default = PARAMETERS[name].default
    return default is None or any(value != default for _day, value in rules.parameters[name].values)


def _replace(stored: PolicyDocument, rules: Rules) -> None:
    message = _(
        "%(number)s (%(key)s) is already in use and cannot be changed."
        " Write the change as a new document with “succeeds: %(key)s” and load that."
    ) % {"number": stored.number, "key": stored.key}
    if is_used(stored):
        raise DocumentInUse(message)
    try:
        stored.delete()
    except ProtectedError:
        raise DocumentInUse(message) from None
    _add(rules)


def _add(rules: Rules) -> None:
    predecessor = _predecessor(rules)
    # One official document has one key; its rules of another programme have a key of their own.
    for key, number in PolicyDocument.objects.filter(programme=rules.programme).values_list("key", "number"):
        if key != rules.key and plain_number(number) == plain_number(rules.number):
            _refuse(rules, "number", number_taken(rules.number, key))
    same_day = PolicyDocument.objects.filter(
        programme=rules.programme, jurisdiction=rules.jurisdiction, in_force_from=rules.in_force_from
    ).first()
    if same_day is not None:
        _refuse(
            rules,
            "in_force_from",
            _("%(number)s of the same city and programme starts on this day too; only one can govern it")
            % {"number": same_day.number},
        )
    PolicyDocument.objects.create(
        key=rules.key,
        number=rules.number,
        title=rules.title.zh,
        title_en=rules.title.en,
        jurisdiction=rules.jurisdiction,
        programme=rules.programme,
        issued_on=rules.issued_on,
        in_force_from=rules.in_force_from,
        in_force_until=rules.in_force_until,
        succeeds=predecessor,
        content=rules.content,
        sha256=rules.sha256,
    )


def _predecessor(rules: Rules) -> PolicyDocument | None:
    if not rules.succeeds:
        return None
    found = PolicyDocument.objects.filter(key=rules.succeeds).first()
    if found is None:
        message = _("there is no document “%(key)s”; load it first, or with this one")
        _refuse(rules, "succeeds", message % {"key": rules.succeeds})
        return None
    if (found.programme, found.jurisdiction) != (rules.programme, rules.jurisdiction):
        _refuse(rules, "succeeds", _("the document it succeeds is of another city or programme"))
    if found.in_force_from >= rules.in_force_from:
        _refuse(
            rules,
            "in_force_from",
            _("a successor starts after the document it succeeds (%(day)s)")
            % {"day": found.in_force_from.isoformat()},
        )
    return found


def _refuse(rules: Rules, key: str, message: str) -> None:
    raise InvalidDocument([DocumentProblem(f"{rules.key}/{HEADER_FILE}", key, message)])


def _add_levels(rules: Rules) -> None:
    national = [
        Level(code=level.code, name=level.name.zh, name_en=level.name.en, rank=level.rank)
        for level in levels_of_everywhere()
    ]
    Level.objects.bulk_create(national, ignore_conflicts=True)
    for code in rules.own_levels:
        level = rules.levels[code]
        taken = Level.objects.filter(rank=level.rank).exclude(code=code).first()
        stored = Level.objects.filter(code=code).first()
        if taken is not None or (stored is not None and stored.rank != level.rank):
            known = taken or stored
            message = _(
                "the level %(code)s has the rank %(rank)s; write the rank of %(level)s so that it fits"
            )
            values = {"code": known.code if known else "", "rank": known.rank if known else "", "level": code}
            _refuse(rules, "levels", message % values)
        if stored is None:
            Level.objects.create(code=code, name=level.name.zh, name_en=level.name.en, rank=level.rank)


def _find_content(folder: Path) -> Any:
    """The content of a document by key: beside the loaded ones, of the project's, or in the database."""

    def find(key: str) -> Mapping[str, Any] | None:
        for directory in (folder, folder.parent, policies_dir()):
            found = find_folder(key, directory)
            if found is not None:
                return read_document(found).content
        stored = PolicyDocument.objects.filter(key=key).first()
        return stored.content if stored else None

    return find
