"""Open and change the record of an institution and the scope of its licence."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.models import District, Organisation
from apps.accounts.roles import OrganisationKind, Role
from apps.accounts.services import create_organisation, log_access
from apps.accounts.services.guards import constraint_of, require
from apps.core.errors import Conflict, InvalidInput, NotFound
from apps.institutions.models import Institution, LicenceScope

OWN_FIELDS = frozenset({"address", "legal_representative", "contact_name", "contact_phone", "premises"})
SCOPE_KEEPERS = (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER)


@transaction.atomic
def open_institution(
    actor: Actor,
    *,
    name: str,
    uscc: str,
    district: District,
    kind: str,
    licence_no: str,
    licence_valid_from: date,
    licence_valid_to: date | None = None,
    superior: Organisation | None = None,
    **details: Any,
) -> Institution:
    """Open the organisation and the record of an institution, which has applied for the directory then."""
    organisation = create_organisation(
        actor,
        kind=OrganisationKind.INSTITUTION,
        name=name,
        uscc=uscc,
        district=district,
        superior=superior,
    )
    number = licence_no.strip()
    if not number:
        raise InvalidInput(_("Enter the number of the licence."), code="licence_blank")
    if licence_valid_to is not None and licence_valid_to < licence_valid_from:
        raise InvalidInput(_("The last day lies before the first."), code="span")
    institution = Institution(
        organisation=organisation,
        kind=kind,
        licence_no=number,
        licence_valid_from=licence_valid_from,
        licence_valid_to=licence_valid_to,
        **_own(details),
    )
    try:
        with transaction.atomic():
            institution.save()
    except IntegrityError as error:
        if "licence_no" not in constraint_of(error):
            raise
        raise Conflict(
            _("Another institution works with this licence number. A licence belongs to one institution."),
            code="licence_known",
        ) from error
    return institution


@transaction.atomic
def change_institution(actor: Actor, institution: Institution, **details: Any) -> Institution:
    """Change what the institution keeps up itself; raises NotFound for somebody else's record."""
    require(actor, Role.INSTITUTION_OPERATOR)
    if not actor.is_system and actor.organisation_id != institution.pk:
        raise NotFound(_("There is no such record."))
    changed = _own(details)
    for field, value in changed.items():
        setattr(institution, field, value)
    institution.save(update_fields=list(changed))
    log_access(actor, AccessAction.RECORD_CHANGED, institution)
    return institution


@transaction.atomic
def add_licence_scope(
    actor: Actor,
    institution: Institution,
    *,
    occupation_code: str,
    level_code: str,
    valid_from: date,
    valid_to: date | None = None,
) -> LicenceScope:
    """Record that the licence covers an occupation and level. Raises Conflict where a span overlaps."""
    require(actor, *SCOPE_KEEPERS)
    own = visible_or_not_found(actor, institution)
    if valid_to is not None and valid_to < valid_from:
        raise InvalidInput(_("The last day lies before the first."), code="span")
    spans = LicenceScope.objects.filter(
        institution=own, occupation_code=occupation_code, level_code=level_code
    )
    for other in spans:
        starts_before_end = valid_to is None or other.valid_from <= valid_to
        if starts_before_end and (other.valid_to is None or other.valid_to >= valid_from):
            raise Conflict(
                _("The licence covers this occupation and level in these days already."), code="scope_known"
            )
    scope = LicenceScope.objects.create(
        institution=own,
        occupation_code=occupation_code,
        level_code=level_code,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    log_access(actor, AccessAction.RECORD_CHANGED, scope)
    return scope


@transaction.atomic
def end_licence_scope(actor: Actor, scope: LicenceScope, *, on: date) -> LicenceScope:
    """Let a scope end after a day; what was approved before keeps it."""
    require(actor, *SCOPE_KEEPERS)
    visible_or_not_found(actor, scope.institution)
    scope.valid_to = max(on, scope.valid_from)
    scope.save(update_fields=["valid_to"])
    log_access(actor, AccessAction.RECORD_CHANGED, scope)
    return scope


def visible_or_not_found(actor: Actor, institution: Institution) -> Institution:
    """The institution, locked, if the actor may see it; NotFound otherwise."""
    visible = Institution.objects.visible_to(actor).filter(pk=institution.pk)
    found = visible.select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound(_("There is no such institution."))
    return found


def _own(details: dict[str, Any]) -> dict[str, Any]:
    unknown = set(details) - OWN_FIELDS
    if unknown:
        raise TypeError(f"not an institution's own field: {', '.join(sorted(unknown))}")
    return details
