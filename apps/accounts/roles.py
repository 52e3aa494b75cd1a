"""The roles of people, and which of them work for whom."""

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


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
OFFICIALS = frozenset(
    {Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.FINANCE_OFFICER}
)
APPLICANTS = frozenset(
    {Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR, Role.SUPERIOR_UNIT, Role.APPRENTICE}
)
READERS = frozenset({Role.AUDITOR, Role.OBSERVER})
PEOPLE = frozenset(role for role in Role if role != Role.SYSTEM)
