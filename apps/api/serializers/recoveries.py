"""Recoveries: notices, set-offs, write-offs, instalment agreements. Amounts are fen."""

from datetime import date
from typing import Any

from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.api.serializers.common import CaseSerializer
from apps.payouts.models import (
    Instalment,
    InstalmentAgreement,
    Recovery,
    RecoveryOffset,
    RecoveryReceipt,
    RecoveryWriteOff,
)

_FEN: dict[str, Any] = {"min_value": 1, "max_value": 2**53}


class ReceiptRowSerializer(ModelSerializer):
    """Money that came in, with its transaction in the books; `undone_on` where it counts no more."""

    ledger_key = serializers.CharField(read_only=True)
    undone_on = serializers.DateField(
        source="undone.undone_on", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = RecoveryReceipt
        fields = (
            "id",
            "amount_fen",
            "after_write_off_fen",
            "received_on",
            "bank_serial",
            "ledger_key",
            "undone_on",
        )
        read_only_fields = fields


class OffsetSerializer(ModelSerializer):
    """What was set off against a later claim, with its transaction in the books."""

    ledger_key = serializers.CharField(read_only=True)

    class Meta:
        model = RecoveryOffset
        fields = ("id", "claim", "amount_fen", "after_write_off_fen", "set_off_on", "ledger_key")
        read_only_fields = fields


class RecoverySerializer(ModelSerializer):
    """A recovery notice: what is owed, what became of it, and how."""

    open_fen = serializers.IntegerField(read_only=True)
    receipts = ReceiptRowSerializer(many=True, read_only=True)
    offsets = OffsetSerializer(many=True, read_only=True)

    class Meta:
        model = Recovery
        fields = (
            "id",
            "number",
            "claim",
            "district",
            "enterprise",
            "amount_fen",
            "received_fen",
            "offset_fen",
            "written_off_fen",
            "open_fen",
            "state",
            "issued_on",
            "first_due_on",
            "due_on",
            "receipts",
            "offsets",
        )
        read_only_fields = fields


class ReceiptSerializer(serializers.Serializer):
    """Money that came in."""

    amount_fen = serializers.IntegerField(**_FEN)
    received_on = serializers.DateField()
    bank_serial = serializers.CharField(max_length=64)


class WriteOffSerializer(CaseSerializer):
    """A request to write a recovery off."""

    class Meta:
        model = RecoveryWriteOff
        fields = (
            "id",
            "number",
            "state",
            "version",
            "recovery",
            "district",
            "amount_fen",
            "document",
            "reason",
            "requested_by",
            "signed_by",
            "signed_on",
            "steps",
        )
        read_only_fields = fields


class WriteOffCreateSerializer(serializers.Serializer):
    """How much of which notice, why, and the paper."""

    recovery = serializers.IntegerField(min_value=1, max_value=2**62)
    amount_fen = serializers.IntegerField(**_FEN)
    document = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=1000)
    file = serializers.FileField()


class InstalmentSerializer(ModelSerializer):
    """One instalment."""

    class Meta:
        model = Instalment
        fields = ("position", "due_on", "amount_fen")
        read_only_fields = fields


class AgreementSerializer(CaseSerializer):
    """An instalment agreement with its schedule."""

    instalments = InstalmentSerializer(many=True, read_only=True)

    class Meta:
        model = InstalmentAgreement
        fields = (
            "id",
            "number",
            "state",
            "version",
            "recovery",
            "enterprise",
            "district",
            "amount_fen",
            "document",
            "requested_by",
            "signed_by",
            "signed_on",
            "instalments",
            "steps",
        )
        read_only_fields = fields


class AgreementCreateSerializer(serializers.Serializer):
    """The schedule and the paper. `schedule` has one instalment a line: day and fen, `2026-12-20 100000`."""

    recovery = serializers.IntegerField(min_value=1, max_value=2**62)
    schedule = serializers.RegexField(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,15}(\n[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,15})*$",
        max_length=20_000,
    )
    document = serializers.CharField(max_length=200)
    file = serializers.FileField()

    def validate_schedule(self, text: str) -> list[tuple[date, int]]:
        """The lines as pairs; a day that no calendar has is refused."""
        pairs: list[tuple[date, int]] = []
        for line in text.splitlines():
            day, fen = line.split()
            try:
                pairs.append((date.fromisoformat(day), int(fen)))
            except ValueError as error:
                raise serializers.ValidationError(str(error)) from None
        return pairs
