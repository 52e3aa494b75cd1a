"""What the tests of payments share."""

from tests.ledger.conftest import owner

__all__ = ["owner"]
