"""What shapes of models have in common."""

from typing import Any

from django.utils.text import capfirst
from rest_framework import serializers


class ModelSerializer(serializers.ModelSerializer):
    """Names its fields in the words of the model, whoever reads them first.

    The framework leaves a word out where the field's name says the same, and asks that once, in the language
    of whoever comes first: everybody after would miss the words of the other language.
    """

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        """A field of the model's own, with its word."""
        kind, options = super().build_standard_field(field_name, model_field)
        return kind, _with_word(options, model_field)

    def build_relational_field(self, field_name: str, relation_info: Any) -> tuple[Any, dict[str, Any]]:
        """A key to another model, with its word."""
        kind, options = super().build_relational_field(field_name, relation_info)
        return kind, _with_word(options, relation_info.model_field)


def _with_word(options: dict[str, Any], model_field: Any) -> dict[str, Any]:
    word = getattr(model_field, "verbose_name", None)
    return {**options, "label": capfirst(word)} if word else options
