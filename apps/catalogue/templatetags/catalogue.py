"""Words of the catalogue in templates: builtin, like the tags of core."""

from django import template

from apps.catalogue.models import Industry

register = template.Library()


@register.filter
def industry(code: str) -> str:
    """An industry by its code, with its name where the catalogue has it: “34 General equipment”."""
    known = Industry.objects.filter(pk=code).first() if code else None
    return f"{code} {known}" if known else code
