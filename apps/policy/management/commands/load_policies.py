"""Load policy documents from a folder: a new one is added, the same one left, a used one never changed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseTrouble
from django.utils.translation import gettext as _

from apps.core.errors import ShituError
from apps.policy.problems import InvalidDocument
from apps.policy.reader import policies_dir
from apps.policy.services.load_policies import load_policies

_SHOWN_MAX = 200


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")


class Command(BaseCommand):
    help = "Load one policy document (a folder with document.yaml) or every document in a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "dir", nargs="?", default=str(policies_dir()), help="the folder (default: the project's)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        directory = str(options["dir"])[:_SHOWN_MAX]
        try:
            loaded = load_policies(Path(options["dir"]))
        except InvalidDocument as error:
            lines = "\n".join(f"  {defect}" for defect in error.defects)
            said = _("Nothing was loaded; correct this first:") + "\n" + lines
            raise CommandError(said, returncode=2) from None
        except ShituError as error:
            raise CommandError(error.message, returncode=2) from None
        except OSError as error:
            said = _("%(folder)s cannot be read: %(why)s") % {"folder": directory, "why": error.strerror}
            raise CommandError(said, returncode=2) from None
        except DatabaseTrouble as error:
            said = _("Nothing was loaded: the database does not answer, or is not set up. (%(why)s)")
            raise CommandError(said % {"why": _first_line(error)}, returncode=2) from None
        for label, keys in (
            (_("added"), loaded.added),
            (_("replaced, since nothing was done under it yet"), loaded.replaced),
            (_("unchanged"), loaded.unchanged),
        ):
            for key in keys:
                self.stdout.write(f"{key}: {label}")
