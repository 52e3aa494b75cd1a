"""Accounts, transactions, legs and budgets in fen; knows nothing of subsidies."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "apps.ledger"
    label = "ledger"
