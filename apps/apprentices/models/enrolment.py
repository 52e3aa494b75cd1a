"""The enrolment record (学籍): one person in one class, from registration to completion."""

from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.apprentices.enums import (
    LIVE_STATES,
    STANDING_STATES,
    EnrolmentState,
    PersonStatus,
    PostKind,
)
from apps.apprentices.models.seats import take_seats
from apps.apprentices.models.yearly import no_more_in_a_year
from apps.apprentices.transitions import ENROLMENT_TRANSITIONS
from apps.casework.models import Case, CaseQuerySet
from apps.casework.triggers import state_triggers
from apps.core.said import SaidCharField
from apps.core.triggers import Guard


class EnrolmentQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own apprentices; a district's; the city's; for an apprentice the own record."""
        return self.filter(
            scope_q(
                actor,
                district="district_id",
                enterprise="enterprise_id",
                institution="institution_id",
                superior="training_class__plan__superior_unit_id",
                person="person_id",
            )
        )


def class_key(to: str) -> models.ForeignKey:
    """A column that repeats what the class says.

    No foreign key of its own: the trigger `as_its_class` compares all rows of a statement with their
    class in one join, which is stronger and spares a roster of 100,000 rows half a million look-ups.
    Classes are never deleted and keep their key (triggers of every case), so the same join stands in
    for the key to the class itself.
    """
    return models.ForeignKey(to, models.PROTECT, related_name="+", db_constraint=False, db_index=False)


def _span() -> Func:
    return Func(
        F("starts_on"), F("ends_on"), models.Value("[)"), function="daterange", output_field=DateRangeField()
    )


# Executed, so that it is planned for the number of people that there are now: a plan kept from the first
# days of a system would read the whole table for each row of a roster.
_OF_A_PERSON = """
        EXECUTE 'SELECT EXISTS (SELECT FROM new_rows n WHERE'
                ' (SELECT p.id FROM accounts_person p WHERE p.id = n.person_id) IS NULL)' INTO _unknown;
        IF _unknown THEN
            RAISE EXCEPTION 'an enrolment record is that of a person on record'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'enrolment_of_a_person';
        END IF;
"""


def as_its_class() -> list[Guard]:
    """An enrolment's enterprise, institution, district, occupation and level are those of its class.

    Nobody comes onto a roster that has been handed in: what the district approves is what was submitted.
    Its person is on record: people are never deleted and keep their key (`accounts.Person`).
    """
    body = """
        IF EXISTS (
            SELECT 1 FROM (
                SELECT DISTINCT training_class_id, roster_file_id, enterprise_id, institution_id,
                       district_id, occupation_id, level_id
                  FROM new_rows
              ) n
              LEFT JOIN apprentices_rosterfile f ON f.id = n.roster_file_id
              LEFT JOIN apprentices_trainingclass c ON c.id = n.training_class_id
              LEFT JOIN plans_planline l ON l.id = c.line_id
             WHERE (n.enterprise_id, n.institution_id, n.district_id, n.occupation_id, n.level_id)
                   IS DISTINCT FROM
                   (c.enterprise_id, c.institution_id, c.district_id, l.occupation_id, l.level_id)
                OR (n.roster_file_id IS NOT NULL AND f.training_class_id IS DISTINCT FROM c.id)
        ) THEN
            RAISE EXCEPTION 'an enrolment record says the same as its class'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolment_as_its_class';
        END IF;
    """
    closed = """
        IF EXISTS (
            SELECT 1 FROM new_rows n JOIN apprentices_trainingclass c ON c.id = n.training_class_id
             WHERE c.state NOT IN ('roster', 'returned')
        ) THEN
            RAISE EXCEPTION 'the roster of this class is closed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolment_roster_closed';
        END IF;
    """
    return [
        Guard(
            name=f"as_its_class_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"),
            declare=[("_unknown", "boolean")],
            func=_OF_A_PERSON + func + " RETURN NULL;",
        )
        for name, operation, func in (
            ("new", pgtrigger.Insert, body + closed),
            ("changed", pgtrigger.Update, body),
        )
    ]


class Enrolment(Case):
    """One apprentice in one class.

    Standard, kind of occupation and the document are fixed on the day the record is set up
    (Beijing 2022-11, 4(4)); what a later document says does not touch them.
    """

    # NULL until the record is set up, so that numbers alone are unique and a roster row costs no entry.
    number = models.CharField(_("Enrolment number"), max_length=40, null=True, blank=True)  # noqa: DJ001
    state = models.CharField(
        _("State"), max_length=32, choices=EnrolmentState.choices, default=EnrolmentState.REGISTERED
    )
    district = class_key("accounts.District")
    # Compared by `as_its_class` as well: the key's own check at the commit was a fifth of a roster's storing.
    person = models.ForeignKey(
        "accounts.Person", models.PROTECT, related_name="enrolments", db_constraint=False
    )
    training_class = models.ForeignKey(
        "apprentices.TrainingClass",
        models.PROTECT,
        related_name="enrolments",
        db_index=False,
        db_constraint=False,
        verbose_name=_("Class"),
    )
    enterprise = class_key("enterprises.Enterprise")
    institution = class_key("institutions.Institution")
    occupation = class_key("catalogue.Occupation")
    level = class_key("catalogue.Level")
    # Which upload and which row of it: found through the class, so it needs no index of its own.
    roster_file = models.ForeignKey(
        "apprentices.RosterFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enrolments",
        db_index=False,
        db_constraint=False,
    )
    roster_row = models.PositiveIntegerField(null=True, blank=True)
    # As registered by the enterprise.
    post_kind = models.CharField(_("Kind of post"), max_length=16, choices=PostKind.choices)
    person_status = models.CharField(
        _("Status of the person"), max_length=24, choices=PersonStatus.choices, default=PersonStatus.EMPLOYEE
    )
    contract_from = models.DateField(_("Contract from"))
    contract_to = models.DateField(_("Contract to"), null=True, blank=True)
    insured_in_city = models.BooleanField(_("Social insurance in the city"))
    agreement_signed_on = models.DateField(_("Training agreement signed on"), null=True, blank=True)
    remark = SaidCharField(_("Remark"), max_length=200, blank=True)
    # Fixed when the record is set up.
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To"))
    term_months = models.PositiveSmallIntegerField(_("Term (months)"))
    set_up_on = models.DateField(_("Set up on"), null=True, blank=True)
    policy_document = models.ForeignKey(
        "policy.PolicyDocument", models.PROTECT, null=True, related_name="+", db_index=False
    )
    occupation_kind = models.CharField(max_length=16, blank=True)
    in_evaluation_scope = models.BooleanField(null=True)
    left_on = models.DateField(_("Left on"), null=True, blank=True)
    transferred_to = models.ForeignKey(
        "apprentices.TrainingClass", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Enrolment record")
        triggers = [
            *state_triggers(ENROLMENT_TRANSITIONS),
            *as_its_class(),
            *take_seats(),
            no_more_in_a_year(),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EnrolmentState.values), name="enrolment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")), name="enrolment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=STANDING_STATES)
                | Q(number__isnull=False, set_up_on__isnull=False, policy_document__isnull=False),
                name="standing_enrolment_is_whole",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(number__isnull=False), name="enrolment_number_once"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=LIVE_STATES), name="one_live_enrolment_per_person"
            ),
            models.UniqueConstraint(
                fields=["person", "occupation", "level"],
                condition=Q(state__in=STANDING_STATES),
                name="occupation_and_level_once",
            ),
            ExclusionConstraint(
                name="no_overlapping_enrolments",
                expressions=[
                    (
                        Func(F("person"), F("person"), models.Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (_span(), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=STANDING_STATES),
            ),
        ]
        indexes = [
            models.Index(fields=["training_class", "state", "id"], name="enrolment_by_class"),
            models.Index(fields=["district", "state", "id"], name="enrolment_by_district"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"
