"""Organisations are opened by the system administrator."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.models import District, Organisation
from apps.accounts.pinyin import pinyin
from apps.accounts.roles import OrganisationKind, Role
from apps.accounts.services.access_log import log_access
from apps.accounts.services.guards import constraint_of, require
from apps.core.errors import Conflict, InvalidInput
from apps.core.identifiers import parse_uscc

NEEDS_DISTRICT = frozenset(
    {OrganisationKind.ENTERPRISE, OrganisationKind.INSTITUTION, OrganisationKind.DISTRICT_BUREAU}
)


@transaction.atomic
def create_organisation(
    actor: Actor,
    *,
    kind: OrganisationKind,
    name: str,
    uscc: str = "",
    district: District | None = None,
    superior: Organisation | None = None,
) -> Organisation:
    """Open an organisation. Raises InvalidInput (code, district missing) or Conflict (code known)."""
    require(actor, Role.SYSTEM_ADMIN)
    organisation = Organisation(kind=kind)
    _fill(organisation, name=name, uscc=uscc, district=district, superior=superior)
    _save(organisation)
    log_access(actor, AccessAction.ORGANISATION_CREATED, organisation)
    return organisation


@transaction.atomic
def change_organisation(
    actor: Actor,
    organisation: Organisation,
    *,
    name: str,
    uscc: str = "",
    district: District | None = None,
    superior: Organisation | None = None,
) -> Organisation:
    """Change what stands in the register; the kind never changes. Raises as `create_organisation`."""
    require(actor, Role.SYSTEM_ADMIN)
    _fill(organisation, name=name, uscc=uscc, district=district, superior=superior)
    _save(organisation)
    log_access(actor, AccessAction.ORGANISATION_CHANGED, organisation)
    return organisation


def _fill(
    organisation: Organisation,
    *,
    name: str,
    uscc: str,
    district: District | None,
    superior: Organisation | None,
) -> None:
    organisation.name = " ".join(name.split())
    if not organisation.name:
        raise InvalidInput(_("Enter the name as it is registered."), code="name_blank")
    if organisation.kind in NEEDS_DISTRICT and district is None:
        raise InvalidInput(_("Choose the district of the organisation."), code="district_missing")
    if superior is not None and superior.kind != OrganisationKind.SUPERIOR_UNIT:
        raise InvalidInput(_("The superior has to be a superior unit."), code="superior_kind")
    organisation.name_pinyin = pinyin(organisation.name)
    organisation.uscc = parse_uscc(uscc) if uscc else None
    organisation.district = district
    organisation.superior = superior


def _save(organisation: Organisation) -> None:
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        if constraint_of(error) != "organisation_uscc_once":
            raise
        raise Conflict(
            _("An organisation with this unified social credit code exists already. Search for it."),
            code="uscc_known",
        ) from error
