"""How the pages and workbooks of the desk call what tables know by code."""

from django.apps import apps

from apps.accounts.models import District


def district_names() -> dict[str, str]:
    """What each district's code stands for."""
    return {row.pk: row.label for row in District.objects.all()}


def table_name(kind: str) -> str:
    """A kind of record ("payouts.paymentorder") in the reader's language; the bare word where it is none."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind
