"""The roles of people, which of them work for whom, and the scope that each needs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a membership lets a person do; the scope says for whom."""

    ENTERPRISE_OPERATOR = "enterprise_operator", _("Enterprise clerk")
    INSTITUTION_OPERATOR = "institution_operator", _("Training institution clerk")
    SUPERIOR_UNIT = "superior_unit", _("Superior unit")
    DISTRICT_REVIEWER = "district_reviewer", _("District reviewer")
    DISTRICT_SUPERVISOR = "district_supervisor", _("District supervisor")
    CITY_OFFICER = "city_officer", _("City recheck officer")
    FINANCE_OFFICER = "finance_officer", _("Finance officer")
    AUDITOR = "auditor", _("Third-party auditor")
    OBSERVER = "observer", _("Joint working group member")
    APPRENTICE = "apprentice", _("Apprentice")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")
    SYSTEM = "system", _("The system")


class OrganisationKind(models.TextChoices):
    """What an organisation is to the process."""

    ENTERPRISE = "enterprise", _("Enterprise")
    INSTITUTION = "institution", _("Training institution")
    SUPERIOR_UNIT = "superior_unit", _("Superior unit or member of the joint working group")
    DISTRICT_BUREAU = "district_bureau", _("District bureau")
    CITY_BUREAU = "city_bureau", _("City bureau")
    FINANCE = "finance", _("Finance bureau")
    AUDITOR = "auditor", _("Audit firm")


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
OFFICIALS = frozenset(
    {Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.FINANCE_OFFICER}
)
APPLICANTS = frozenset(
    {Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR, Role.SUPERIOR_UNIT, Role.APPRENTICE}
)
READERS = frozenset({Role.AUDITOR, Role.OBSERVER})
PEOPLE = frozenset(role for role in Role if role != Role.SYSTEM)

# The kind of organisation that a role acts for; a role that is not here acts for none.
ORGANISATION_OF = {
    Role.ENTERPRISE_OPERATOR: OrganisationKind.ENTERPRISE,
    Role.INSTITUTION_OPERATOR: OrganisationKind.INSTITUTION,
    Role.SUPERIOR_UNIT: OrganisationKind.SUPERIOR_UNIT,
    Role.OBSERVER: OrganisationKind.SUPERIOR_UNIT,
    Role.AUDITOR: OrganisationKind.AUDITOR,
}
DISTRICT_ROLES = frozenset({Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR})
# A finance officer acts for a district or, without one, for the city.
DISTRICT_OPTIONAL = frozenset({Role.FINANCE_OFFICER})
UNSCOPED = PEOPLE - frozenset(ORGANISATION_OF) - DISTRICT_ROLES - DISTRICT_OPTIONAL
