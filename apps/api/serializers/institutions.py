"""Institutions over REST: where they stand in the directory, and what a suspension means for a class."""

from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.core.clock import today
from apps.institutions.enums import Standing
from apps.institutions.models import Institution
from apps.institutions.selectors import standing_on
from apps.training.halts import Affected


class StandingSerializer(serializers.Serializer):
    """Where an institution stands today; days and reason are those of its last entry in the directory.

    A suspension that is over, or has not begun, is still named by its days; `standing` is that of today.
    """

    standing = serializers.SerializerMethodField()
    standing_from = serializers.DateField(allow_null=True)
    standing_until = serializers.DateField(allow_null=True)
    standing_reason = serializers.CharField(allow_blank=True)

    def get_standing(self, institution: Institution) -> Standing:
        return standing_on(institution, today())


class InstitutionSerializer(StandingSerializer, ModelSerializer):
    """A training institution as the directory has it."""

    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(source="organisation.name", read_only=True)
    district = serializers.CharField(source="organisation.district_id", read_only=True)

    class Meta:
        model = Institution
        fields = (
            "id",
            "name",
            "district",
            "kind",
            "licence_no",
            "licence_valid_from",
            "licence_valid_to",
            "grade",
            "listed_on",
            "standing",
            "standing_from",
            "standing_until",
            "standing_reason",
        )
        read_only_fields = fields


class ReportSerializer(serializers.Serializer):
    """What an institution did not put right."""

    reason = serializers.CharField(max_length=300)


class SuspensionSerializer(serializers.Serializer):
    """What suspensions of its institution mean for a class: whether training is halted today, and lessons.

    `lessons` counts recorded lessons of days of any suspension, also of one that is over; they still count.
    """

    halted = serializers.SerializerMethodField()
    standing = serializers.ChoiceField(
        choices=Standing.choices, source="now.standing", allow_null=True, default=None
    )
    first_day = serializers.DateField(source="now.first", allow_null=True, default=None)
    last_day = serializers.DateField(source="now.last", allow_null=True, default=None)
    reason = serializers.CharField(source="now.reason", allow_blank=True, default="")
    lessons = serializers.IntegerField()
    first_lesson = serializers.DateField(source="first", allow_null=True)
    last_lesson = serializers.DateField(source="last", allow_null=True)

    def get_halted(self, affected: Affected) -> bool:
        return affected.now is not None
