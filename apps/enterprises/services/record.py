"""Open and change the record of an enterprise."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.models import District, Organisation
from apps.accounts.roles import OrganisationKind, Role
from apps.accounts.services import create_organisation, log_access
from apps.accounts.services.guards import require
from apps.core.errors import NotFound
from apps.enterprises.models import Enterprise

# What an enterprise keeps up itself; name, code, district and superior are the administrator's.
OWN_FIELDS = frozenset(
    {
        "industry_code",
        "size",
        "address",
        "legal_representative",
        "contact_name",
        "contact_phone",
        "employees",
    }
)


@transaction.atomic
def open_enterprise(
    actor: Actor,
    *,
    name: str,
    uscc: str,
    district: District,
    industry_code: str,
    size: str,
    superior: Organisation | None = None,
    **details: Any,
) -> Enterprise:
    """Open the organisation and the record of an enterprise; raises as `create_organisation`."""
    organisation = create_organisation(
        actor,
        kind=OrganisationKind.ENTERPRISE,
        name=name,
        uscc=uscc,
        district=district,
        superior=superior,
    )
    return Enterprise.objects.create(
        organisation=organisation, industry_code=industry_code, size=size, **_own(details)
    )


@transaction.atomic
def change_enterprise(actor: Actor, enterprise: Enterprise, **details: Any) -> Enterprise:
    """Change what the enterprise keeps up itself; raises NotFound for somebody else's record."""
    require(actor, Role.ENTERPRISE_OPERATOR)
    if not actor.is_system and actor.organisation_id != enterprise.pk:
        raise NotFound(_("There is no such record."))
    changed = _own(details)
    for field, value in changed.items():
        setattr(enterprise, field, value)
    enterprise.save(update_fields=list(changed))
    log_access(actor, AccessAction.RECORD_CHANGED, enterprise)
    return enterprise


def _own(details: dict[str, Any]) -> dict[str, Any]:
    unknown = set(details) - OWN_FIELDS
    if unknown:
        raise TypeError(f"not an enterprise's own field: {', '.join(sorted(unknown))}")
    return details
