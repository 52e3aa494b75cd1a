"""Plans over REST."""

from rest_framework import serializers

from apps.api.serializers.common import CaseSerializer
from apps.api.serializers.institutions import StandingSerializer
from apps.plans.enums import LessonKind, MentorSide, Place, Qualification, TextbookKind
from apps.plans.models import Plan

INT_MAX = 2**31 - 1


class PlanSerializer(CaseSerializer):
    """A training plan."""

    class Meta:
        model = Plan
        fields = (
            "id",
            "number",
            "title",
            "state",
            "version",
            "district",
            "enterprise",
            "institution",
            "starts_on",
            "ends_on",
            "deadline_on",
            "submitted_at",
            "approved_on",
            "steps",
        )
        read_only_fields = fields


class PlanDetailSerializer(PlanSerializer):
    """A plan by itself, with where its institution stands in the directory today."""

    institution_standing = StandingSerializer(source="institution", read_only=True, allow_null=True)

    class Meta:
        model = Plan
        fields = (*PlanSerializer.Meta.fields, "institution_standing")
        read_only_fields = fields


class PlanCreateSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=200)


class BasicsSerializer(serializers.Serializer):
    """The first part of a plan."""

    title = serializers.CharField(max_length=200)
    institution_id = serializers.IntegerField(min_value=1, max_value=2**62)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    contact_name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    contact_phone = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    monthly_wage_fen = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**53
    )
    includes_dispatched = serializers.BooleanField(required=False, default=False)


class LineSerializer(serializers.Serializer):
    occupation = serializers.CharField(max_length=20)
    level = serializers.CharField(max_length=32)
    headcount = serializers.IntegerField(min_value=1, max_value=100_000)
    term_months = serializers.IntegerField(min_value=1, max_value=600)
    term_reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class CourseSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=LessonKind.choices)
    place = serializers.ChoiceField(choices=Place.choices)
    hours = serializers.IntegerField(min_value=1, max_value=100_000)


class MentorSerializer(serializers.Serializer):
    side = serializers.ChoiceField(choices=MentorSide.choices)
    name = serializers.CharField(max_length=60)
    qualification = serializers.ChoiceField(choices=Qualification.choices)
    years = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=80)
    certificate_level = serializers.CharField(max_length=32, required=False, allow_blank=True, default="")
    certificate_no = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    fit_and_of_good_conduct = serializers.BooleanField()


class TextbookSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=TextbookKind.choices)
    publisher = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    isbn = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class PlanContentSerializer(serializers.Serializer):
    """The whole content of a plan; what is left out stays as it is."""

    basics = BasicsSerializer(required=False)
    lines = LineSerializer(many=True, required=False)
    courses = CourseSerializer(many=True, required=False)
    mentors = MentorSerializer(many=True, required=False)
    textbooks = TextbookSerializer(many=True, required=False)


class PlanLineSerializer(serializers.Serializer):
    """A line as it is stored; its id opens classes."""

    id = serializers.IntegerField()
    occupation = serializers.CharField(source="occupation_id")
    level = serializers.CharField(source="level_id")
    headcount = serializers.IntegerField()
    term_months = serializers.IntegerField()
