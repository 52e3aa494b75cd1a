"""Enterprises and the bank accounts of organisations."""

from apps.enterprises.models.bank_account import BankAccount
from apps.enterprises.models.enterprise import Enterprise

__all__ = ["BankAccount", "Enterprise"]
