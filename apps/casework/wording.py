"""Notices and history in sentences, in the reader's language."""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.casework import dead_jobs, subjects
from apps.casework.enums import OVERDUE_FILES
from apps.casework.models import History, Notice
from apps.core.errors import NotFound
from apps.core.said import in_words

_LATE = ("overdue", OVERDUE_FILES, dead_jobs.GIVEN_UP)
# Sentences of notices that no step of a case leaves, by their code.
_sentences: dict[str, Callable[[Notice], str]] = {}
# Where such a notice leads at the desk, if it is about no kind of case: the name of a route.
_places: dict[str, str] = {}
# Where notices of a record lead that is no case, by door: the page of enterprises shows their own.
_records: dict[str, dict[str, str]] = {}


def say(code: str, sentence_of: Callable[[Notice], str], *, desk_url: str = "") -> None:
    """Let a higher floor put its own kind of notice into words.

    `desk_url` is the route to which it leads where its subject is no registered kind of case; it takes the
    subject's key or, being a list, nothing.
    """
    _sentences[code] = sentence_of
    _places[code] = desk_url


def show(label: str, *, desk_url: str, portal_url: str) -> None:
    """Say where a record of a register is shown: at the desk by its key, in the portal one's own."""
    _records[label] = {"desk": desk_url, "portal": portal_url}


def sentence(notice: Notice) -> str:
    """What happened, in one sentence: “Training plan PX-1: Approve (now: City recheck)”."""
    if notice.code in _sentences:
        return _sentences[notice.code](notice)
    if notice.code == "overdue":
        return _("%(kind)s %(name)s is overdue since %(day)s") % {
            "kind": kind_label(notice.subject_type),
            "name": notice.params.get("name", ""),
            "day": notice.params.get("due", ""),
        }
    if notice.code == OVERDUE_FILES:
        return _overdue_files(notice.params)
    if notice.code == dead_jobs.GIVEN_UP:
        return _(
            "“%(name)s” broke off again and again and was given up. What was done until then stands; the "
            "administrators were told and can start it again."
        ) % {"name": in_words(notice.params.get("name", "")) or notice.params.get("kind", "")}
    return _("%(kind)s %(name)s: %(action)s (now: %(state)s)") % {
        "kind": kind_label(notice.subject_type),
        "name": notice.params.get("name", ""),
        "action": action_label(notice.subject_type, notice.code.rsplit(".", 1)[-1]),
        "state": state_label(notice.subject_type, notice.params.get("to", "")),
    }


def _overdue_files(params: dict[str, Any]) -> str:
    """“7 files that wait for you are overdue, the oldest since 2026-11-02: Training plan PX-1. Newly …”"""
    oldest = params["oldest"]
    text = ngettext(
        "%(count)s file that waits for you is overdue, since %(day)s: %(oldest)s.",
        "%(count)s files that wait for you are overdue, the oldest since %(day)s: %(oldest)s.",
        params["count"],
    ) % {"count": params["count"], "day": oldest["due"], "oldest": _named(oldest)}
    new = [
        _named(row) for row in params["new"] if row["name"] != oldest["name"] or row["kind"] != oldest["kind"]
    ]
    if new:
        more = params["new_count"] - len(params["new"])
        text += _(" Newly overdue: %(files)s.") % {
            "files": _(", ").join(new) + (_(" and %(count)s more") % {"count": more} if more else "")
        }
    if params.get("elsewhere"):
        text += ngettext(
            " In your other roles %(count)s more file is overdue.",
            " In your other roles %(count)s more files are overdue.",
            params["elsewhere"],
        ) % {"count": params["elsewhere"]}
    return text


def _named(file: dict[str, str]) -> str:
    return f"{kind_label(file['kind'])} {file['name']}"


def action_label(subject_type: str, action: str) -> str:
    """An action in the words of its transition table; “created” for the first row of a history."""
    if action == "create":
        return _("Record created")
    try:
        table = subjects.get(subject_type).table
    except NotFound:
        return action
    rows = table.named(action) if table else ()
    return str(rows[0].label) if rows else action


def state_label(subject_type: str, state: str) -> str:
    """A state in the user's language."""
    try:
        return subjects.get(subject_type).state_label(state) if state else ""
    except NotFound:
        return state


def describe(entry: History) -> str:
    """A history row in a sentence."""
    return action_label(entry.subject_type, entry.action)


def kind_label(subject_type: str) -> str:
    """The kind of a case in the reader's language; the label itself where nobody registered it."""
    try:
        return str(subjects.get(subject_type).name)
    except NotFound:
        return subject_type


def with_words(notices: Iterable[Notice], door: str) -> list[dict[str, Any]]:
    """Notices as a page lists them: sentence, reason, day, and the address of the file in this door."""
    return [
        {
            "text": sentence(notice),
            "reason": in_words(notice.params.get("reason", "")),
            "at": notice.at,
            "unread": notice.read_at is None,
            "late": notice.code in _LATE or bool(notice.params.get("late")),
            "url": _address(notice, door),
        }
        for notice in notices
    ]


def _address(notice: Notice, door: str) -> str:
    if notice.code == OVERDUE_FILES:
        return reverse("desk:queue" if door == "desk" else "portal:home") + "?overdue=yes"
    if notice.code == dead_jobs.GIVEN_UP:
        return dead_jobs.address(notice, door)
    if _places.get(notice.code):
        return _at_the_desk(notice) if door == "desk" else ""
    record = _records.get(notice.subject_type)
    if record is not None:
        return reverse(record[door], args=[notice.subject_id] if door == "desk" else [])
    try:
        subject = subjects.get(notice.subject_type)
    except NotFound:
        return ""
    name = subject.desk_url if door == "desk" else subject.portal_url
    try:
        return reverse(name, args=[notice.subject_id]) if name else ""
    except NoReverseMatch:
        return ""


def _at_the_desk(notice: Notice) -> str:
    name = _places[notice.code]
    try:
        return reverse(name, args=[notice.subject_id])
    except NoReverseMatch:
        return reverse(name)
