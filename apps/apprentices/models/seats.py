"""How many apprentices a line of a plan may still take: a counter that the database itself keeps."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.apprentices.enums import CONSUMING_STATES
from apps.core.triggers import Guard

_TAKING = ", ".join(f"'{state}'" for state in CONSUMING_STATES)


class LineSeats(models.Model):
    """The seats of one line of an approved plan, over all its classes.

    Enrolments move `taken` by trigger; the row's lock puts two rosters of one line in order, and the
    check refuses the person who would be one too many. A sum over enrolments could not do that: two
    uploads at the same time would each see room.
    """

    line = models.OneToOneField(
        "plans.PlanLine", models.PROTECT, primary_key=True, related_name="class_seats"
    )
    seats = models.PositiveIntegerField(_("Seats"))
    taken = models.PositiveIntegerField(_("Seats taken"), default=0)

    class Meta:
        verbose_name = _("Seats of a line")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("seats")), name="no_more_than_the_headcount")
        ]

    @property
    def free(self) -> int:
        return self.seats - self.taken


def open_seats() -> Guard:
    """The first class of a line opens the counter with the line's headcount."""
    return Guard(
        name="open_seats",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func="""
            INSERT INTO apprentices_lineseats (line_id, seats, taken)
            SELECT l.id, l.headcount, 0 FROM plans_planline l WHERE l.id = NEW.line_id
                ON CONFLICT (line_id) DO NOTHING;
            RETURN NULL;
        """,
    )


def take_seats() -> list[Guard]:
    """Registering takes a seat; leaving the roster, being refused or leaving the class gives it back."""
    move = """
        UPDATE apprentices_lineseats s SET taken = s.taken + d.change
          FROM (
            SELECT c.line_id, sum(r.change) AS change
              FROM ({rows}) r JOIN apprentices_trainingclass c ON c.id = r.training_class_id
             GROUP BY c.line_id HAVING sum(r.change) <> 0
          ) d
         WHERE s.line_id = d.line_id;
        RETURN NULL;
    """
    seat = "SELECT training_class_id, {change} AS change FROM {rows} WHERE state IN ({states})"
    new = seat.format(change=1, rows="new_rows", states=_TAKING)
    old = seat.format(change=-1, rows="old_rows", states=_TAKING)
    return [
        Guard(
            name="take_seats_new",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=move.format(rows=new),
        ),
        Guard(
            name="take_seats_changed",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=move.format(rows=f"{new} UNION ALL {old}"),
        ),
    ]
