"""What every paper of money has that one person writes and another signs."""

from collections.abc import Sequence

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.casework.enums import PaperState
from apps.casework.models.case import Case


class TwoPersonPaper(Case):
    """Abstract base of what moves money by its second signature (`casework.two_signatures`).

    `document` names the paper; the paper itself is a document of the case. `signed_by` and `signed_on` are
    there exactly when it was signed: declare `of_two_persons` among the constraints.
    """

    state = models.CharField(_("State"), max_length=32, choices=PaperState.choices, default=PaperState.DRAFT)
    document = models.CharField(pgettext_lazy("basis", "Document"), max_length=200)
    requested_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, verbose_name=_("Requested by"), related_name="+"
    )
    signed_by = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        verbose_name=_("Signed by"),
        null=True,
        blank=True,
        related_name="+",
    )
    signed_on = models.DateField(_("Signed on"), null=True, blank=True)

    class Meta(Case.Meta):
        abstract = True


def of_two_persons(name: str, signed: Sequence[str] = (PaperState.SIGNED,)) -> models.CheckConstraint:
    """The constraint that a paper in a state of `signed` was signed, by somebody else than who wrote it."""
    state = {"state": signed[0]} if len(signed) == 1 else {"state__in": list(signed)}
    return models.CheckConstraint(
        name=name,
        condition=Q(signed_by=None, signed_on=None) & ~Q(**state)
        | Q(signed_by__isnull=False, signed_on__isnull=False, **state) & ~Q(signed_by=F("requested_by")),
    )
