"""`audit_invariants`: check what must always hold."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import invariants


class Command(BaseCommand):
    """Prints every invariant with the number of rows that break it; exit code 1 when there are any."""

    help = "Check what must always hold; exit code 1 when something does not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", default=[], metavar="NUMBER", help="for instance I1")
        parser.add_argument("--record", action="store_true", help="keep the results, as the nightly run does")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            known = invariants.registered(options["only"])
        except LookupError as error:
            raise CommandError(str(error), returncode=2) from error
        findings = invariants.audit_and_record() if options["record"] else map(invariants.check, known)
        broken = 0
        for finding in findings:
            rule = finding.invariant
            self.stdout.write(f"{rule.number:<6} {finding.violations:>6}  {rule.title}")
            if not finding.holds:
                broken += 1
                self.stdout.write(f"       {rule.explain}")
                for row in finding.sample:
                    self.stdout.write("       " + ", ".join(f"{name}={value}" for name, value in row.items()))
        if broken:
            raise CommandError(f"{broken} invariants are broken", returncode=1)
