"""What anyone may be due under a policy document: one JSON object on standard output.

    manage.py quote beijing-2022-11 --on 2023-03-01 --set occupation_kind=scarce --set level=senior \\
        --set months=24 --set in_evaluation_scope=yes --set result=passed --set certificate=no

Documents are read from files (`--dir`, by default the project's); no server and no database is needed.
A key that no file has is looked for among the loaded documents. A refusal by the rules is an answer
(exit 0, `refused`); a question that cannot be is exit 2 and one sentence on standard error.
"""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotFound, ShituError
from apps.policy.answering import answer_json
from apps.policy.apprenticeship import Quote, quote
from apps.policy.asking import read_facts, read_on, read_pairs
from apps.policy.enums import Programme
from apps.policy.problems import InvalidDocument
from apps.policy.reader import find_folder, known_keys, policies_dir, read_document, successor_on
from apps.policy.refusing import succession_refusal
from apps.policy.rules import Rules

EXIT_IMPOSSIBLE = 2
LANGUAGES = ("zh-hans", "en")
_SHOWN_MAX = 200


class _OneSentenceParser(CommandParser):
    """Says in one line what cannot be read, without the usage text around it."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(_("This cannot be read: %(why)s") % {"why": message} + "\n")
        raise SystemExit(EXIT_IMPOSSIBLE)


class Command(BaseCommand):
    help = "Answer what an apprentice's training is worth under a policy document, as JSON."
    requires_system_checks = ()
    requires_migrations_checks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs["called_from_command_line"] = getattr(self, "_called_from_command_line", False)
        parser = _OneSentenceParser(
            prog=f"{Path(prog_name).name} {subcommand}", description=self.help, allow_abbrev=False, **kwargs
        )
        self.add_base_argument(parser, "--settings", help="The settings module.")
        self.add_base_argument(parser, "--pythonpath", help="A folder to add to the Python path.")
        self.add_base_argument(parser, "--traceback", action="store_true", help="Show tracebacks.")
        self.add_base_argument(parser, "--no-color", action="store_true", help="No colours.")
        self.add_base_argument(parser, "--force-color", action="store_true", help="Colours anyway.")
        self.add_base_argument(parser, "--skip-checks", action="store_true", help="No effect here.")
        self.add_base_argument(parser, "-v", "--verbosity", default=1, type=int, help="No effect here.")
        self.add_arguments(parser)
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        # What is left out is asked for by ourselves, in the reader's language.
        parser.add_argument("document", nargs="?", help="the key of a document, such as beijing-2022-11")
        parser.add_argument(
            "--on",
            nargs="?",
            const="",
            default=[],
            action="append",
            help="the day the enrolment record is set up, YYYY-MM-DD",
        )
        parser.add_argument(
            "--set",
            nargs="?",
            const="",
            action="append",
            default=[],
            metavar="name=value",
            dest="facts",
            help="a fact",
        )
        parser.add_argument("--dir", default="", help="a folder of documents (default: the project's)")
        parser.add_argument("--language", default=LANGUAGES[0], choices=LANGUAGES, help="of the sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        for stream in (sys.stdout, sys.stderr):
            # JSON is UTF-8, whatever the terminal believes.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        with translation.override(options["language"]):
            try:
                answer = self._answer(options)
            except InvalidDocument as error:
                self._stop(str(error.defects[0]))
            except ShituError as error:
                self._stop(error.message)
            except OSError as error:
                shown = options["dir"][:_SHOWN_MAX] or policies_dir()
                self._stop(_("%(folder)s cannot be read: %(why)s") % {"folder": shown, "why": error.strerror})
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _answer(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["document"] is None:
            raise InvalidInput(_("Name a policy document first, for example beijing-2022-11."))
        if not options["on"]:
            raise InvalidInput(_("Give the day on which the enrolment record is set up: --on YYYY-MM-DD."))
        if len(options["on"]) > 1:
            raise InvalidInput(_("The day is given twice. Give --on once."))
        on = read_on(options["on"][0])
        given = read_pairs(options["facts"])
        directory = Path(options["dir"]) if options["dir"] else policies_dir()
        rules, successor = _find(options["document"], directory, on)
        if rules.programme != Programme.APPRENTICESHIP:
            raise InvalidInput(
                _("%(key)s says nothing of amounts: it is a document of “%(programme)s”, not “%(wanted)s”.")
                % {
                    "key": rules.key,
                    "programme": Programme(rules.programme).label,
                    "wanted": Programme.APPRENTICESHIP.label,
                }
            )
        found = quote(rules, read_facts(given, rules), on)
        if successor is not None:
            found = Quote(rules, found.facts, on, refusals=(succession_refusal(rules, successor, on),))
        return answer_json(found)

    def _stop(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence.replace("\n", " "))
        raise SystemExit(EXIT_IMPOSSIBLE)


def _find(key: str, directory: Path, on: date) -> tuple[Rules, Rules | None]:
    """The document and, where the same folder has a newer one that governs the day, that one."""
    if not directory.is_dir():
        raise InvalidInput(_("There is no folder %(folder)s.") % {"folder": directory})
    folder = find_folder(key, directory)
    if folder is not None:
        rules = read_document(folder)
        return rules, successor_on(rules, directory, on)
    stored = _stored(key, on)
    if stored is None:
        raise NotFound(
            _("There is no policy document “%(key)s”. Known here: %(known)s.")
            % {"key": key, "known": ", ".join(known_keys(directory)) or "–"}
        )
    return stored


def _stored(key: str, on: date) -> tuple[Rules, Rules | None] | None:
    """A loaded document and the one that took over, or None where there is none or no database answers."""
    from django.db import DatabaseError

    from apps.policy.selectors import document_by_key, rules_of, successor_of

    try:
        document = document_by_key(key)
        successor = successor_of(document, on)
    except (NotFound, DatabaseError, UnicodeEncodeError):
        return None
    return rules_of(document), None if successor is None else rules_of(successor)
