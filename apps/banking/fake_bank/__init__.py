"""A bank for demonstrations and tests: it takes payment files, keeps its own book and answers in files.

It shares the declared forms of the files with the system and nothing else: it never reads the system's
database, and its book is a file of its own.
"""

from apps.banking.fake_bank.bank import FakeBank, Refusal
from apps.banking.fake_bank.book import Book

__all__ = ["Book", "FakeBank", "Refusal"]
