"""`manage.py verify_seals`: whether any sealed row was changed, removed or slipped in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import seals


class Command(BaseCommand):
    help = (
        "Compare every sealed row with its seal. Exit 1 and name the rows where something was tampered with."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("chains", nargs="*", help="names of chains; all of them where none is given")
        parser.add_argument(
            "--expect", metavar="HASH", help="a hash that was kept elsewhere and must be there"
        )

    def handle(self, *args: Any, chains: list[str], expect: str | None, **options: Any) -> None:
        unknown = sorted(set(chains) - set(seals.chains()))
        if unknown:
            raise CommandError(f"unknown chain: {', '.join(unknown)}; known: {', '.join(seals.chains())}")
        found = [broken for name in chains or seals.chains() for broken in self._verify(name)]
        if expect and not seals.Seal.objects.filter(hash=bytes.fromhex(expect)).exists():
            raise CommandError(f"no seal has the hash {expect}: a chain was cut or made anew")
        if found:
            raise CommandError(f"{len(found)} findings: sealed rows are not what they were")

    def _verify(self, name: str) -> list[seals.Break]:
        found = seals.verify(name)
        number, digest = seals.head(name)
        self.stdout.write(f"{name}: {number} seals, last {digest or '-'}, {len(found)} findings")
        for broken in found[:20]:
            row = f"row {broken.row_id}" if broken.row_id is not None else "seal"
            self.stdout.write(f"  seal {broken.seal_number}: {row} {broken.finding}")
        return found
