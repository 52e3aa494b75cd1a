"""What every case answers, and what every step takes."""

from typing import Any

from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.casework import subjects


class DefectSerializer(serializers.Serializer):
    """One row of the one-time deficiency list."""

    code = serializers.CharField(max_length=48)
    article = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=500)


class CheckSerializer(serializers.Serializer):
    """One answer of a checklist."""

    code = serializers.CharField(max_length=48)
    # The framework takes declared fields off the class, so that its own `label` stands as it was.
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=200, required=False, allow_blank=True, default=""
    )
    result = serializers.ChoiceField(choices=["pass", "fail", "note"])
    remark = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class StepSerializer(serializers.Serializer):
    """What goes with a step. `version` is the content version that you read: a newer one refuses the step."""

    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**31 - 1
    )
    checklist = CheckSerializer(many=True, required=False, default=list)
    deficiencies = DefectSerializer(many=True, required=False, default=list)


class CaseSerializer(ModelSerializer):
    """The fields of every case, with the steps that the token's role could take now."""

    steps = serializers.SerializerMethodField()

    def get_steps(self, case: Any) -> list[str]:
        actor = self.context["request"]._request.actor
        return [step.action for step in subjects.steps_for(case, actor)]


class HistorySerializer(serializers.Serializer):
    """One change of state."""

    action = serializers.CharField()
    from_state = serializers.CharField(allow_blank=True)
    to_state = serializers.CharField()
    role = serializers.CharField()
    person = serializers.CharField(source="person.name", allow_null=True, default=None)
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class MissingSerializer(serializers.Serializer):
    """What is still missing before a step, each with its article."""

    code = serializers.CharField()
    message = serializers.CharField()
    article = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)


class DocumentSerializer(serializers.Serializer):
    """A document of a case."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.CharField(max_length=48)
    title = serializers.CharField(read_only=True)
    sha256 = serializers.CharField(source="file.sha256", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)


class UploadSerializer(serializers.Serializer):
    """A file as part of a case."""

    kind = serializers.CharField(max_length=48)
    file = serializers.FileField()
