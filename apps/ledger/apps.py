"""Accounts, transactions, legs and budgets in fen; knows nothing of subsidies."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "apps.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Register what is sealed and what must always hold."""
        from apps.core import tones
        from apps.ledger import invariants, policy_funds, sealing  # noqa: F401 - they register themselves
        from apps.ledger.services import closing

        closing.register_words()
        tones.register({"open": "info", "proposed": "warn"}, of="ledger.accountingperiod.state")
