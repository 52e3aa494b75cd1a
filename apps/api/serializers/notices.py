"""Public notices and objections over REST."""

from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.api.serializers.common import CaseSerializer
from apps.claims.models import NoticeLine, Objection, PublicNotice
from apps.claims.models.objection import REASON_MAX
from apps.claims.services.raise_objection import CONTACT_MAX, NAME_MAX


class PublicNoticeSerializer(ModelSerializer):
    """A public notice of a claim."""

    class Meta:
        model = PublicNotice
        fields = (
            "id",
            "number",
            "claim",
            "district",
            "enterprise",
            "institution",
            "kind",
            "article",
            "days",
            "published_on",
            "ends_on",
            "people",
            "amount_fen",
            "taken_down_on",
        )
        read_only_fields = fields


class NoticeLineSerializer(ModelSerializer):
    """A line as it was published."""

    class Meta:
        model = NoticeLine
        fields = ("id", "position", "shown_name", "occupation", "level", "months", "left_out_on")
        read_only_fields = fields


class ObjectionSerializer(CaseSerializer):
    """An objection; who made it is not answered."""

    class Meta:
        model = Objection
        fields = (
            "id",
            "number",
            "state",
            "version",
            "district",
            "claim",
            "enrolment",
            "line",
            "channel",
            "reason",
            "received_on",
            "deadline_on",
            "steps",
        )
        read_only_fields = fields


class ObjectionCreateSerializer(serializers.Serializer):
    """An objection as an officer of the district writes it down."""

    line = serializers.IntegerField(min_value=1, max_value=2**62)
    name = serializers.CharField(max_length=NAME_MAX)
    contact = serializers.CharField(max_length=CONTACT_MAX)
    reason = serializers.CharField(max_length=REASON_MAX)
    received_on = serializers.DateField(required=False)
