"""Model fields that keep what they hold sealed."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression

from apps.core import crypto


class EncryptedTextField(models.Field):
    """Text that is sealed in the database (`bytea`) and plain in Python.

    It is bound to its table and column. It cannot be filtered, ordered or compared: keep a
    `BlindIndexField` beside it and look that up. A value that does not open raises `crypto.CannotOpen`
    rather than returning anything.
    """

    description = "Sealed text"

    @property
    def purpose(self) -> str:
        """What its ciphertexts are bound to; also the first argument for `crypto.seal_many` before a COPY."""
        return f"{self.model._meta.db_table}.{self.column}"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002
        return "bytea"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else str(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        if value is None:
            return None
        return crypto.seal(self.purpose, value)

    def from_db_value(
        self,
        value: memoryview | bytes | None,
        _expression: Expression,
        _connection: BaseDatabaseWrapper,
    ) -> str | None:
        return None if value is None else crypto.open_sealed(self.purpose, value)

    def to_python(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: look up its blind index instead")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.BinaryField):
    """The 32 bytes of `crypto.blind_index`: by them a sealed value is found and kept unique."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", crypto.INDEX_BYTES)
        super().__init__(*args, **options)

    def from_db_value(
        self, value: memoryview | bytes | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> bytes | None:
        return None if value is None else bytes(value)


def sealed_columns() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every sealed column of the system."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField) and model._meta.managed and not model._meta.proxy:
                yield model, field
