"""Runs, differences, corrections and sums over REST. Amounts are fen; below zero the money left."""

from typing import Any

from rest_framework import serializers

from apps.accounts.roles import Role
from apps.api.serializers.base import ModelSerializer
from apps.api.serializers.common import CaseSerializer
from apps.core.models import JobState
from apps.reconciliation.enums import BreakKind, BreakState, CorrectionKind
from apps.reconciliation.models import AccountBalance, Break, Correction, Run
from apps.reconciliation.selectors import GROUPS

_ID: dict[str, Any] = {"min_value": 1, "max_value": 2**62}


class JobSerializer(serializers.Serializer):
    """Background work: how far it is, and at its end its result or why not."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    result = serializers.DictField()
    error = serializers.CharField(allow_blank=True)


class RunSerializer(ModelSerializer):
    """A run that ended: what it compared and what it found in the whole city."""

    class Meta:
        model = Run
        fields = (
            "id",
            "job",
            "on",
            "state",
            "started_at",
            "finished_at",
            "orders",
            "movements",
            "postings",
            "by_rule",
            "opened",
            "open",
            "explained",
            "gone",
        )
        read_only_fields = fields


class BreakSerializer(ModelSerializer):
    """A difference: `amount_fen` is what the other side says less what ours says."""

    owner_role = serializers.ChoiceField(choices=Role.choices, read_only=True)

    class Meta:
        model = Break
        fields = (
            "id",
            "key",
            "kind",
            "state",
            "rule",
            "district",
            "fund",
            "batch",
            "day",
            "ours_fen",
            "theirs_fen",
            "amount_fen",
            "claim",
            "order",
            "receipt",
            "line",
            "paying_account",
            "transaction",
            "item",
            "owner_role",
            "taken_by",
            "taken_on",
            "first_seen",
            "last_seen",
            "closed_on",
        )
        read_only_fields = fields


class BreakQuerySerializer(serializers.Serializer):
    """What narrows the differences."""

    state = serializers.ChoiceField(choices=BreakState.choices, required=False)
    kind = serializers.ChoiceField(choices=BreakKind.choices, required=False)
    district = serializers.RegexField(r"^[0-9]{6}$", max_length=6, required=False)


class CorrectionSerializer(CaseSerializer):
    """A correction of a difference; `posted` is its transaction in the books."""

    class Meta:
        model = Correction
        fields = (
            "id",
            "number",
            "kind",
            "state",
            "version",
            "difference",
            "district",
            "fund",
            "amount_fen",
            "line",
            "order",
            "transaction",
            "item",
            "recovery",
            "receipt",
            "undoes",
            "document",
            "explanation",
            "requested_by",
            "signed_by",
            "signed_on",
            "posted",
            "cleared_by",
            "steps",
        )
        read_only_fields = fields


class CorrectionCreateSerializer(serializers.Serializer):
    """The correction and its document; which keys are needed depends on the kind.

    `difference`; or `line` for a movement that was matched wrongly without differing; or `correction` for a
    signed one that was wrong.
    """

    difference = serializers.IntegerField(required=False, **_ID)
    correction = serializers.IntegerField(required=False, **_ID)
    line = serializers.IntegerField(required=False, **_ID)
    kind = serializers.ChoiceField(choices=CorrectionKind.choices)
    document = serializers.CharField(max_length=200)
    explanation = serializers.CharField(max_length=300)
    fund = serializers.CharField(max_length=32, required=False)
    district = serializers.RegexField(r"^[0-9]{6}$", max_length=6, required=False)
    transaction = serializers.IntegerField(required=False, **_ID)
    item = serializers.IntegerField(required=False, **_ID)
    recovery = serializers.IntegerField(required=False, **_ID)
    amount_fen = serializers.IntegerField(
        required=False, min_value=1, max_value=10**15, help_text="A part of an opening balance."
    )
    file = serializers.FileField()


class SumQuerySerializer(serializers.Serializer):
    """By what the sums are shown."""

    by = serializers.ChoiceField(choices=sorted(GROUPS), default="day")
    receipts = serializers.BooleanField(default=False)


class SumSerializer(serializers.Serializer):
    """What every side says of one day, fund, district or batch."""

    key = serializers.CharField(allow_null=True)
    # The framework takes declared fields off the class, so that its own `label` stands as it was.
    label = serializers.CharField()  # type: ignore[assignment]
    claims_fen = serializers.IntegerField()
    orders_fen = serializers.IntegerField()
    results_fen = serializers.IntegerField()
    statement_fen = serializers.IntegerField()
    ledger_fen = serializers.IntegerField()
    difference_fen = serializers.IntegerField()


class AccountBalanceSerializer(ModelSerializer):
    """The balance of an account at the bank and in the books (余额调节表)."""

    class Meta:
        model = AccountBalance
        fields = (
            "id",
            "paying_account",
            "district",
            "day",
            "bank_fen",
            "books_fen",
            "bank_in_fen",
            "bank_out_fen",
            "books_in_fen",
            "books_out_fen",
            "bank_adjusted_fen",
            "books_adjusted_fen",
            "rest_fen",
        )
        read_only_fields = fields
