"""Claims and money over REST."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.api.serializers.common import CaseSerializer
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim, ClaimLine
from apps.core.jobs import ID_MAX
from apps.core.models import JobState
from apps.payouts.models import PaymentOrder


class ClaimSerializer(CaseSerializer):
    """A claim."""

    published_until = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = (
            "id",
            "number",
            "kind",
            "state",
            "version",
            "district",
            "training_class",
            "enterprise",
            "by_office",
            "line_count",
            "pay_fen",
            "recover_fen",
            "net_fen",
            "content_sha256",
            "deadline_on",
            "submitted_at",
            "approved_on",
            "published_until",
            "steps",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_published_until(self, claim: Claim) -> str | None:
        """The last day of the public notice that stands, after which the claim can be signed."""
        # Over what the list has fetched for all its claims at once.
        standing = [row for row in claim.public_notices.all() if row.taken_down_on is None]
        return standing[0].ends_on.isoformat() if standing else None


class ClaimCreateSerializer(serializers.Serializer):
    """Which class, which instalment; the amounts compute themselves."""

    training_class = serializers.IntegerField(min_value=1, max_value=2**62)
    kind = serializers.ChoiceField(choices=ClaimKind.choices)


class ClaimLineSerializer(ModelSerializer):
    """A line of a claim."""

    class Meta:
        model = ClaimLine
        fields = (
            "id",
            "enrolment",
            "kind",
            "standard_fen",
            "advance_fen",
            "due_fen",
            "amount_fen",
            "voided_at",
        )
        read_only_fields = fields


class PaymentRecordSerializer(serializers.Serializer):
    """What the bank says of a payment."""

    paid_on = serializers.DateField()
    bank_serial = serializers.CharField(max_length=64)


class OrderSerializer(ModelSerializer):
    """A payment order; the account is not answered."""

    class Meta:
        model = PaymentOrder
        fields = (
            "id",
            "number",
            "claim",
            "attempt",
            "district",
            "amount_fen",
            "offset_fen",
            "state",
            "paid_on",
            "bank_serial",
            "failure",
        )
        read_only_fields = fields


class TraceSerializer(serializers.Serializer):
    """Everything that a line rests on."""

    line = serializers.DictField()
    claim = serializers.DictField()
    enrolment = serializers.DictField()
    rule = serializers.DictField()
    facts = serializers.DictField()
    documents = serializers.ListField(child=serializers.DictField())
    publication = serializers.DictField(allow_null=True)
    decisions = serializers.ListField(child=serializers.DictField())
    payments = serializers.ListField(child=serializers.DictField())
    recovery = serializers.CharField(allow_null=True)
    offsets = serializers.ListField(child=serializers.DictField())
    legs = serializers.ListField(child=serializers.DictField())


RELEASED_AT_ONCE_MAX = 1000


class ReleaseCreateSerializer(serializers.Serializer):
    """The claims that finance releases together."""

    claims = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=ID_MAX),
        allow_empty=False,
        max_length=RELEASED_AT_ONCE_MAX,
    )


class RefusalSerializer(serializers.Serializer):
    """A claim that was not released, and why."""

    claim = serializers.IntegerField()
    number = serializers.CharField(required=False)
    code = serializers.CharField()
    reason = serializers.CharField()


class ReleaseSerializer(serializers.Serializer):
    """How far a release is; the counts and the refusals stand once it has ended."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    released = serializers.IntegerField(allow_null=True)
    skipped = serializers.IntegerField(allow_null=True)
    refused = serializers.IntegerField(allow_null=True)
    refusals = RefusalSerializer(many=True)
    error = serializers.CharField(allow_blank=True)
