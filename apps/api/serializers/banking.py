"""Payment batches, bank files and statements over REST. Account numbers are masked everywhere."""

from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.api.serializers.common import CaseSerializer
from apps.banking.enums import MatchKind
from apps.banking.models import (
    BankStatement,
    BatchEntry,
    PayingAccount,
    PaymentBatch,
    ResultFile,
    StatementLine,
    WrittenAnswer,
)
from apps.banking.models.answer import SAID
from apps.banking.services.divide import PARTS_MAX
from apps.payouts.models import PaymentOrder


class PayingAccountSerializer(ModelSerializer):
    """An account that payments come from; `profile_key` names the forms of its bank."""

    account_number = serializers.CharField(source="masked_number", read_only=True)

    class Meta:
        model = PayingAccount
        fields = (
            "id",
            "district",
            "fund",
            "profile_key",
            "account_name",
            "account_number",
            "bank_name",
            "bank_code",
            "confirmed_on",
            "retired_on",
        )
        read_only_fields = fields


class PayingAccountCreateSerializer(serializers.Serializer):
    """An account to enter. The number is stored sealed and answered masked. No district: the city's."""

    profile_key = serializers.CharField(max_length=40)
    account_name = serializers.CharField(max_length=120)
    account_number = serializers.CharField(max_length=60, write_only=True)
    bank_name = serializers.CharField(max_length=120)
    bank_code = serializers.CharField(max_length=12, required=False, allow_blank=True, default="")
    district = serializers.CharField(max_length=6, required=False, allow_null=True, default=None)
    fund = serializers.CharField(max_length=32, required=False, allow_null=True, default=None)


class BatchSerializer(CaseSerializer):
    """A payment batch."""

    class Meta:
        model = PaymentBatch
        fields = (
            "id",
            "number",
            "state",
            "version",
            "district",
            "paying_account",
            "profile_key",
            "pay_on",
            "count",
            "total_fen",
            "file_sha256",
            "frozen_on",
            "sent_on",
            "maker",
            "checker",
            "signer",
            "steps",
        )
        read_only_fields = fields


class BatchCreateSerializer(serializers.Serializer):
    """From which account, for which district, which released orders, on which day."""

    paying_account = serializers.IntegerField(min_value=1, max_value=2**62)
    district = serializers.RegexField(r"^[0-9]{6}$", max_length=6)
    orders = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), min_length=1, max_length=20_000
    )
    pay_on = serializers.DateField()


class EntrySerializer(ModelSerializer):
    """One payment of a batch and what the bank answered."""

    class Meta:
        model = BatchEntry
        fields = (
            "id",
            "order",
            "position",
            "order_number",
            "payee_name",
            "amount_fen",
            "state",
            "paid_on",
            "bank_serial",
            "reason",
        )
        read_only_fields = fields


class WrittenAnswerSerializer(CaseSerializer):
    """What the bank answered of one payment in writing; it counts once it is signed."""

    class Meta:
        model = WrittenAnswer
        fields = (
            "id",
            "number",
            "state",
            "version",
            "entry",
            "district",
            "outcome",
            "paid_on",
            "bank_serial",
            "reason",
            "document",
            "requested_by",
            "signed_by",
            "signed_on",
            "steps",
        )
        read_only_fields = fields


class WrittenAnswerCreateSerializer(serializers.Serializer):
    """Which payment of a batch, what the letter says of it, and the letter.

    `paid` needs `paid_on` and `bank_serial`, `failed` needs `reason`. `document` names the letter.
    """

    entry = serializers.IntegerField(min_value=1, max_value=2**62)
    outcome = serializers.ChoiceField(choices=SAID)
    paid_on = serializers.DateField(required=False, allow_null=True, default=None)
    bank_serial = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    document = serializers.CharField(max_length=200)
    file = serializers.FileField()


class TakeOutSerializer(serializers.Serializer):
    """Which payment is taken out of a batch, and why."""

    entry = serializers.IntegerField(min_value=1, max_value=2**62)
    reason = serializers.CharField(max_length=200)


class PaymentFileSerializer(serializers.Serializer):
    """The frozen payment file, in base64; nobody may change a byte of it."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    content = serializers.CharField()


class RegeneratedSerializer(serializers.Serializer):
    """The digests of the frozen file, of the one made again and of the one that is kept."""

    same = serializers.BooleanField()
    frozen_sha256 = serializers.CharField()
    made_sha256 = serializers.CharField()
    stored_sha256 = serializers.CharField()


class BankFileSerializer(serializers.Serializer):
    """A file of the bank, as it came."""

    file = serializers.FileField()


class ResultFileSerializer(ModelSerializer):
    """A result file that was taken in; `already` where it had been before and had no effect now."""

    already = serializers.BooleanField(default=False, read_only=True)

    class Meta:
        model = ResultFile
        fields = (
            "id",
            "name",
            "sha256",
            "paid_count",
            "failed_count",
            "pending_count",
            "taken_on",
            "already",
        )
        read_only_fields = fields


class StatementSerializer(ModelSerializer):
    """An account statement that was taken in: its `line_count` new movements. `known_count` movements of the
    file stand in statements before; `already`: nothing of what was sent is new."""

    already = serializers.BooleanField(default=False, read_only=True)

    class Meta:
        model = BankStatement
        fields = (
            "id",
            "paying_account",
            "number",
            "from_day",
            "to_day",
            "opening_fen",
            "closing_fen",
            "line_count",
            "known_count",
            "sha256",
            "already",
        )
        read_only_fields = fields


class StatementFileSerializer(BankFileSerializer):
    """A statement and the account that it is of."""

    paying_account = serializers.IntegerField(min_value=1, max_value=2**62)


class MovementSerializer(ModelSerializer):
    """One movement of an account, or a part of one; below zero it left the account.

    What the bank moved is the movements without `part_of`. One that was `divided` is explained by its parts:
    what is still to be explained is everything that is not `explained`, each fen once.
    """

    explained = serializers.SerializerMethodField()
    divided = serializers.SerializerMethodField()
    part_of = serializers.IntegerField(source="division.line_id", allow_null=True, default=None)

    class Meta:
        model = StatementLine
        fields = (
            "id",
            "statement",
            "booked_on",
            "bank_serial",
            "amount_fen",
            "counterparty_name",
            "reference",
            "explained",
            "divided",
            "part_of",
        )
        read_only_fields = fields

    def get_explained(self, line: StatementLine) -> bool:
        return getattr(line, "match", None) is not None

    def get_divided(self, line: StatementLine) -> bool:
        match = getattr(line, "match", None)
        return match is not None and match.kind == MatchKind.DIVIDED


class PartSerializer(serializers.Serializer):
    """A part of a movement: how much (fen, below zero: out) and what it is, a number of ours or words."""

    amount_fen = serializers.IntegerField(min_value=-(2**62), max_value=2**62)
    about = serializers.CharField(max_length=300)


class DivideSerializer(serializers.Serializer):
    """The parts, which make the amount of the movement, and why it is divided."""

    parts = serializers.ListField(child=PartSerializer(), min_length=2, max_length=PARTS_MAX)
    reason = serializers.CharField(max_length=300)


class TakeBackSerializer(serializers.Serializer):
    """Why a division is taken back."""

    reason = serializers.CharField(max_length=300)


class MatchSerializer(serializers.Serializer):
    """For which recovery notice money came in."""

    recovery = serializers.IntegerField(min_value=1, max_value=2**62)


class FailureSerializer(ModelSerializer):
    """A payment that the bank refused and that no new attempt pays yet."""

    class Meta:
        model = PaymentOrder
        fields = ("id", "number", "claim", "attempt", "district", "amount_fen", "failure")
        read_only_fields = fields
