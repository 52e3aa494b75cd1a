"""A lookup for many keys at once."""

from typing import Any

from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(Lookup):
    """`pk__any_of=[…]`: one array parameter where `__in` sends one for each value.

    For thousands of plain keys (whole numbers, texts), which `__in` prepares one by one. Through a foreign
    key: `claim__pk__any_of`.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The comparison and its parameters."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*params, list(self.rhs))
