"""`replay_calculations`: compute every stored calculation again (I17)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.claims.replaying import differing


class Command(BaseCommand):
    """Prints each calculation that comes out otherwise; exit code 1 when there are any."""

    help = "Compute every stored calculation again; exit code 1 when one comes out otherwise."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count, bad = differing()
        for row in bad:
            self.stdout.write(f"calculation {row.pk}: document {row.policy_document_id}, digest {row.digest}")
        self.stdout.write(f"{count} calculations, {len(bad)} come out otherwise")
        if bad:
            raise CommandError(f"{len(bad)} calculations come out otherwise", returncode=1)
