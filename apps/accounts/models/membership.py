"""What an account may do, for whom, and who let it."""

from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.models.people import Person, User
from apps.accounts.models.places import District, Organisation
from apps.accounts.roles import (
    ADMINISTRATORS,
    DISTRICT_OPTIONAL,
    DISTRICT_ROLES,
    ORGANISATION_OF,
    PEOPLE,
    UNSCOPED,
    Role,
)
from apps.core.said import SaidCharField
from apps.core.triggers import Guard


class MembershipState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACTIVE = "active", _("Active")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class Origin(models.TextChoices):
    """How a membership came to be; the database holds each to its own rule."""

    GRANTED = "granted", _("Proposed by one administrator, approved by another")
    FOUNDING = "founding", _("First administrator of its kind")
    ENROLMENT = "enrolment", _("Follows from an enrolment record")


# A membership is bound to the account's person by the database itself, and to an organisation of the
# kind which the role acts for. A grant needs two different administrators who are not its receiver.
_RULES = """
    SELECT person_id INTO NEW.person_id FROM accounts_user WHERE id = NEW.user_id;
    IF NEW.organisation_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM accounts_organisation
        WHERE id = NEW.organisation_id AND kind = CASE NEW.role
            WHEN 'enterprise_operator' THEN 'enterprise'
            WHEN 'institution_operator' THEN 'institution'
            WHEN 'superior_unit' THEN 'superior_unit'
            WHEN 'observer' THEN 'superior_unit'
            WHEN 'auditor' THEN 'auditor'
        END
    ) THEN
        RAISE EXCEPTION 'role % does not act for this kind of organisation', NEW.role
            USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_organisation_kind';
    END IF;
    SELECT person_id INTO NEW.proposer_id FROM accounts_user WHERE id = NEW.proposed_by_id;
    SELECT person_id INTO NEW.approver_id FROM accounts_user WHERE id = NEW.approved_by_id;
    IF TG_OP = 'INSERT' AND NEW.origin = 'founding' AND EXISTS (
        SELECT 1 FROM accounts_membership WHERE role = NEW.role
    ) THEN
        RAISE EXCEPTION 'there is a % already: propose and approve', NEW.role
            USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_founding_once';
    END IF;
    IF NEW.origin = 'granted' AND NEW.state = 'active' AND (TG_OP = 'INSERT' OR OLD.state <> 'active') THEN
        IF NOT EXISTS (
            SELECT 1 FROM accounts_membership WHERE person_id = NEW.proposer_id
            AND user_id = NEW.proposed_by_id AND role = 'system_admin' AND state = 'active'
        ) OR NOT EXISTS (
            SELECT 1 FROM accounts_membership WHERE person_id = NEW.approver_id
            AND user_id = NEW.approved_by_id AND role = 'security_admin' AND state = 'active'
        ) THEN
            RAISE EXCEPTION 'a system administrator proposes and a security administrator approves'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_two_administrators';
        END IF;
    END IF;
    RETURN NEW;
"""

# What was granted cannot be turned into something else afterwards: it is ended and granted anew.
_FIXED = """
    RAISE EXCEPTION 'a membership is ended and granted anew, not rewritten'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'membership_fixed';
"""

_LIVE = Q(state__in=[MembershipState.PROPOSED, MembershipState.ACTIVE])
_PERSON_SPAN = Func(F("person_id"), F("person_id"), Value("[]"), function="int8range")
_TIME_SPAN = Func(
    F("valid_from"), F("valid_to"), Value("[]"), function="daterange", output_field=DateRangeField()
)


def _apart(role: Role) -> ExclusionConstraint:
    """Nobody holds `role` and any other role at the same time, whatever account it is on.

    Without the extension btree_gist a range operator has to say "one is, the other is not": this role
    is [0,1), every other is [1,2), and only two that differ are adjacent.
    """
    side = Case(
        When(role=role.value, then=Func(Value(0), Value(1), function="int4range")),
        default=Func(Value(1), Value(2), function="int4range"),
        output_field=IntegerRangeField(),
    )
    return ExclusionConstraint(
        name=f"membership_{role.value}_apart",
        expressions=[
            (_PERSON_SPAN, RangeOperators.OVERLAPS),
            (side, RangeOperators.ADJACENT_TO),
            (_TIME_SPAN, RangeOperators.OVERLAPS),
        ],
        condition=_LIVE,
        violation_error_message=_("An administrator holds no other role."),
    )


def counts_on(on: date, through: str = "") -> Q:
    """That a membership counts on a day: of an enabled account, granted, begun and not over.

    `through` leads to it from another table: `membership__`.
    """
    open_end, later = {f"{through}valid_to__isnull": True}, {f"{through}valid_to__gte": on}
    begun = {
        f"{through}state": MembershipState.ACTIVE,
        f"{through}valid_from__lte": on,
        f"{through}user__is_active": True,
    }
    return (Q(**open_end) | Q(**later)) & Q(**begun)


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """One's own; the system and the security administrator see all."""
        if actor is None:
            return self.none()
        if actor.is_system or actor.role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
            return self
        return self.filter(user_id=actor.user_id)

    def in_force(self, on: date) -> Self:
        """Memberships that count on a day, of accounts that are enabled."""
        return self.filter(counts_on(on))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(models.Model):
    """One role of one account with the scope that the role needs.

    `person`, `proposer` and `approver` are filled in by the database from the accounts, so that rules
    which count human beings cannot be walked around with a second account.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("User account"))
    person = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="memberships")
    role = models.CharField(_("Role"), max_length=32, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("Organisation"),
    )
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("District"),
    )
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid to"), null=True, blank=True)
    state = models.CharField(
        _("State"), max_length=10, choices=MembershipState.choices, default=MembershipState.PROPOSED
    )
    origin = models.CharField(_("Origin"), max_length=10, choices=Origin.choices, default=Origin.GRANTED)
    reason = SaidCharField(_("Reason"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    proposer = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approver = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    decided_at = models.DateTimeField(_("Decided"), null=True, blank=True)
    demo_label = models.CharField(max_length=80, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("Membership")
        verbose_name_plural = _("Memberships")
        constraints = [
            models.CheckConstraint(name="membership_role_of_people", condition=Q(role__in=sorted(PEOPLE))),
            models.CheckConstraint(
                name="membership_state_known", condition=Q(state__in=MembershipState.values)
            ),
            models.CheckConstraint(
                name="membership_scope_fits_role",
                condition=Q(
                    role__in=sorted(ORGANISATION_OF), organisation__isnull=False, district__isnull=True
                )
                | Q(role__in=sorted(DISTRICT_ROLES), organisation__isnull=True, district__isnull=False)
                | Q(role__in=sorted(DISTRICT_OPTIONAL), organisation__isnull=True)
                | Q(role__in=sorted(UNSCOPED), organisation__isnull=True, district__isnull=True),
            ),
            models.CheckConstraint(
                name="membership_span", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
            models.CheckConstraint(name="membership_has_person", condition=Q(person__isnull=False)),
            models.CheckConstraint(
                name="membership_granted_by_two",
                condition=Q(
                    origin=Origin.GRANTED, state__in=[MembershipState.PROPOSED, MembershipState.REFUSED]
                )
                & Q(proposer__isnull=False)
                & ~Q(proposer=F("person"))
                | Q(origin=Origin.GRANTED, proposer__isnull=False, approver__isnull=False)
                & ~Q(proposer=F("approver"))
                & ~Q(proposer=F("person"))
                & ~Q(approver=F("person"))
                | Q(origin=Origin.FOUNDING, role__in=sorted(ADMINISTRATORS))
                | Q(origin=Origin.ENROLMENT, role=Role.APPRENTICE),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "district"],
                name="membership_live_once",
                condition=_LIVE,
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["role"], name="membership_founding_one", condition=Q(origin=Origin.FOUNDING)
            ),
            *[_apart(role) for role in sorted(ADMINISTRATORS)],
        ]
        indexes = [models.Index(fields=["role", "district"], name="membership_by_role")]
        triggers = [
            Guard(
                name="membership_rules",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_RULES,
            ),
            Guard(
                name="membership_fixed",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((OLD.user_id, OLD.role, OLD.organisation_id, OLD.district_id, OLD.origin)"
                    " IS DISTINCT FROM"
                    " (NEW.user_id, NEW.role, NEW.organisation_id, NEW.district_id, NEW.origin)"
                    " OR OLD.valid_from <> NEW.valid_from"
                    " OR (OLD.state IN ('refused', 'ended') AND NEW.state <> OLD.state)"
                    " OR (OLD.state = 'active' AND NEW.state NOT IN ('active', 'ended'))"
                    " OR (OLD.state = 'active' AND (OLD.proposed_by_id, OLD.approved_by_id)"
                    " IS DISTINCT FROM (NEW.proposed_by_id, NEW.approved_by_id)))"
                ),
                func=_FIXED,
            ),
        ]

    def __str__(self) -> str:
        return f"{Role(self.role).label} {self.scope_label}".strip()

    @property
    def scope_label(self) -> str:
        """For whom, in the language of the moment; empty for the whole city."""
        if self.organisation is not None:
            return self.organisation.name
        return self.district.label if self.district is not None else ""
