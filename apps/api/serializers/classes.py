"""Classes, enrolments and training over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.api.serializers.common import CaseSerializer, MissingSerializer, StepSerializer
from apps.api.serializers.institutions import SuspensionSerializer
from apps.apprentices.models import Enrolment, RosterFile, TrainingClass
from apps.core.clock import today
from apps.training.enums import CertificateKind, Mode, Result
from apps.training.halts import affected
from apps.training.models import TrainingSession

KEY_MAX = 2**62


class ClassSerializer(CaseSerializer):
    """A class."""

    class Meta:
        model = TrainingClass
        fields = (
            "id",
            "number",
            "name",
            "state",
            "version",
            "district",
            "plan",
            "line",
            "enterprise",
            "institution",
            "starts_on",
            "ends_on",
            "opened_on",
            "completed_on",
            "deadline_on",
            "steps",
        )
        read_only_fields = fields


class ClassDetailSerializer(ClassSerializer):
    """A class by itself, with what suspensions of its institution mean for it."""

    suspension = serializers.SerializerMethodField()

    class Meta:
        model = TrainingClass
        fields = (*ClassSerializer.Meta.fields, "suspension")
        read_only_fields = fields

    @extend_schema_field(SuspensionSerializer)
    def get_suspension(self, training_class: TrainingClass) -> dict[str, Any]:
        return SuspensionSerializer(affected(training_class, today())).data


class SettleSerializer(serializers.Serializer):
    """Why the district asks the advance back."""

    reason = serializers.CharField(max_length=1000)


class ClassCreateSerializer(serializers.Serializer):
    """Open a class for a line of an approved plan."""

    plan = serializers.IntegerField(min_value=1, max_value=KEY_MAX)
    line = serializers.IntegerField(min_value=1, max_value=KEY_MAX)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    starts_on = serializers.DateField(required=False, allow_null=True, default=None)


class RegistrationSerializer(serializers.Serializer):
    """One apprentice to register. The identity number is stored sealed and never answered back."""

    name = serializers.CharField(max_length=50)
    id_number = serializers.CharField(max_length=30, write_only=True)
    mobile = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", write_only=True
    )
    post_kind = serializers.CharField(max_length=30)
    contract_from = serializers.DateField()
    contract_to = serializers.DateField(required=False, allow_null=True, default=None)
    insured_in_city = serializers.BooleanField()
    person_status = serializers.CharField(max_length=30, required=False, default="employee")
    agreement_signed_on = serializers.DateField(required=False, allow_null=True, default=None)


class MobileSerializer(serializers.Serializer):
    """The right mobile number of an apprentice, and why the recorded one is wrong. Never answered back."""

    mobile = serializers.CharField(max_length=20, write_only=True)
    reason = serializers.CharField(max_length=300, write_only=True)


class EnrolmentSerializer(CaseSerializer):
    """An enrolment record. The person by name only."""

    person_name = serializers.CharField(source="person.name", read_only=True)

    class Meta:
        model = Enrolment
        fields = (
            "id",
            "number",
            "state",
            "version",
            "district",
            "training_class",
            "person_name",
            "occupation",
            "level",
            "term_months",
            "starts_on",
            "ends_on",
            "set_up_on",
            "occupation_kind",
            "in_evaluation_scope",
            "left_on",
            "steps",
        )
        read_only_fields = fields


class RosterFileSerializer(ModelSerializer):
    """A roster file and how far it was read."""

    class Meta:
        model = RosterFile
        fields = (
            "id",
            "training_class",
            "state",
            "good_rows",
            "known_rows",
            "bad_rows",
            "refusal",
            "uploaded_at",
            "done_at",
        )
        read_only_fields = fields


class RosterProblemSerializer(serializers.Serializer):
    """A row that was not taken, by its number in the file, with every reason. Numbers of people stay out."""

    row = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    problems = MissingSerializer(many=True)


class RosterUploadSerializer(serializers.Serializer):
    file = serializers.FileField()


class SessionSerializer(ModelSerializer):
    """A training session."""

    class Meta:
        model = TrainingSession
        fields = (
            "id",
            "training_class",
            "side",
            "mode",
            "course",
            "mentor",
            "topic",
            "starts_at",
            "ends_at",
            "minutes",
            "cancelled_at",
            "external_key",
        )
        read_only_fields = fields


class SessionReportSerializer(serializers.Serializer):
    """One session to record. Without `present` everybody enrolled was there for the whole of it."""

    course = serializers.IntegerField(min_value=1, max_value=KEY_MAX)
    mentor = serializers.IntegerField(min_value=1, max_value=KEY_MAX)
    mode = serializers.ChoiceField(choices=Mode.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    topic = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    place = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    present = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=KEY_MAX), required=False, min_length=1
    )


class SessionsReportSerializer(serializers.Serializer):
    """Sessions of one class: all are recorded or none."""

    training_class = serializers.IntegerField(min_value=1, max_value=KEY_MAX)
    sessions = SessionReportSerializer(many=True, allow_empty=False)


class TeachingSerializer(serializers.Serializer):
    """A course or a mentor by which sessions are recorded."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    side = serializers.CharField()


class ResultSerializer(serializers.Serializer):
    """The result of an apprentice."""

    result = serializers.ChoiceField(choices=Result.choices)
    assessed_on = serializers.DateField()
    certificate_kind = serializers.ChoiceField(
        choices=CertificateKind.choices, required=False, allow_blank=True, default=""
    )
    certificate_number = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    certificate_on = serializers.DateField(required=False, allow_null=True, default=None)


class StatusChangeSerializer(StepSerializer):
    """A step that changes a standing record, and the day from which it holds: today where none is named."""

    effective_on = serializers.DateField(required=False, allow_null=True, default=None)


class TransferSerializer(StatusChangeSerializer):
    """A transfer, and the own class of the same occupation and level in which the person is registered.

    Without a class the record ends, and whoever takes the person registers them.
    """

    to_class = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=KEY_MAX
    )


class CompletionSerializer(serializers.Serializer):
    """Enrolments of a class that completed."""

    enrolments = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=KEY_MAX), min_length=1
    )


class CountSerializer(serializers.Serializer):
    count = serializers.IntegerField()
