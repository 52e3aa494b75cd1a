"""The result of an apprentice's assessment and the certificate that goes with it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.training.enums import CertificateKind, Result
from apps.training.guards import no_assessment_while_halted, result_guard


class Assessment(models.Model):
    """Passed or failed, by when, with which certificate (Beijing 2022-11, 3(2)3)."""

    enrolment = models.OneToOneField("apprentices.Enrolment", models.PROTECT, related_name="assessment")
    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+")
    result = models.CharField(_("Result"), max_length=16, choices=Result.choices)
    assessed_on = models.DateField(_("Assessed on"))
    credits_tenths = models.PositiveIntegerField(_("Credits at that time, in tenths"))
    certificate_kind = models.CharField(
        _("Certificate"), max_length=24, choices=CertificateKind.choices, blank=True
    )
    certificate_number = models.CharField(_("Certificate number"), max_length=64, blank=True)
    certificate_on = models.DateField(_("Certificate issued on"), null=True, blank=True)
    certificate_occupation = models.ForeignKey(
        "catalogue.Occupation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    certificate_level = models.ForeignKey(
        "catalogue.Level", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    # Once a claim line rests on it the result stands; a correction goes through the district.
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("Assessment")
        triggers = [result_guard(), no_assessment_while_halted()]
        constraints = [
            models.CheckConstraint(
                condition=Q(certificate_kind="", certificate_number="", certificate_on__isnull=True)
                | Q(~Q(certificate_kind="") & ~Q(certificate_number="") & Q(certificate_on__isnull=False)),
                name="certificate_is_whole",
            ),
            models.UniqueConstraint(
                fields=["certificate_kind", "certificate_number"],
                condition=~Q(certificate_number=""),
                name="certificate_used_once",
            ),
        ]
