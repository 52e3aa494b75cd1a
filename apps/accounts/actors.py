"""Who acts: one membership of one person, or the system itself. Services take an Actor, never a request."""

from dataclasses import dataclass

from apps.accounts.roles import ADMINISTRATORS, READERS, Role
from apps.core.errors import Forbidden


@dataclass(frozen=True)
class Actor:
    """A person in one role with one scope.

    `district_code` is set for district roles and for a district's finance officer; a finance officer
    without a district acts for the city. `organisation_id` is the enterprise, institution, superior
    unit or audit firm acted for. `reason` is only used by the system.
    """

    role: Role
    user_id: int | None = None
    person_id: int | None = None
    membership_id: int | None = None
    organisation_id: int | None = None
    district_code: str | None = None
    name: str = ""
    token_scopes: frozenset[str] | None = None
    reason: str = ""

    @classmethod
    def system(cls, reason: str) -> "Actor":
        """The system acting by itself, for the stated reason (a deadline, a scheduled task)."""
        return cls(role=Role.SYSTEM, name="system", reason=reason)

    @property
    def account_id(self) -> int:
        """The account that a record names as its author. Raises `Forbidden` for the system: it has none."""
        if self.user_id is None:
            raise Forbidden(code="no_account")
        return self.user_id

    @property
    def is_system(self) -> bool:
        return self.role == Role.SYSTEM

    @property
    def is_enterprise(self) -> bool:
        return self.role == Role.ENTERPRISE_OPERATOR

    @property
    def is_institution(self) -> bool:
        return self.role == Role.INSTITUTION_OPERATOR

    @property
    def is_superior(self) -> bool:
        return self.role == Role.SUPERIOR_UNIT

    @property
    def is_apprentice(self) -> bool:
        return self.role == Role.APPRENTICE

    @property
    def is_district(self) -> bool:
        return self.role in (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR)

    @property
    def is_city(self) -> bool:
        return self.role == Role.CITY_OFFICER

    @property
    def is_finance(self) -> bool:
        return self.role == Role.FINANCE_OFFICER

    @property
    def reads_only(self) -> bool:
        """An auditor or observer: nothing waits for them."""
        return self.role in READERS

    @property
    def is_administrator(self) -> bool:
        """One of the three administrators, who hold no business right."""
        return self.role in ADMINISTRATORS

    @property
    def is_account_admin(self) -> bool:
        """The administrator of people, organisations and accounts."""
        return self.role == Role.SYSTEM_ADMIN

    @property
    def role_label(self) -> str:
        """The role in the language of the moment."""
        return str(Role(self.role).label)
