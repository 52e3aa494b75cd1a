"""Budgets and the requests that change them. Amounts are fen."""

from typing import Any

from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.api.serializers.common import CaseSerializer
from apps.ledger.models import Budget
from apps.payouts.enums import BudgetChange
from apps.payouts.models import BudgetRequest

_YEAR: dict[str, Any] = {"min_value": 2019, "max_value": 2100}


class BudgetSerializer(ModelSerializer):
    """What a fund has in a district and year, has promised, has used and has free."""

    fund = serializers.CharField(source="fund_id", read_only=True)
    district = serializers.CharField(source="district_code", read_only=True)
    free_fen = serializers.IntegerField(read_only=True)

    class Meta:
        model = Budget
        fields = (
            "id",
            "year",
            "district",
            "fund",
            "appropriated_fen",
            "reserved_fen",
            "used_fen",
            "free_fen",
        )
        read_only_fields = fields


class BudgetQuerySerializer(serializers.Serializer):
    """What narrows the budgets."""

    year = serializers.IntegerField(required=False, **_YEAR)
    fund = serializers.CharField(max_length=32, required=False, allow_blank=True)
    district = serializers.RegexField(r"^[0-9]{6}$", max_length=6, required=False)


class BudgetRequestSerializer(CaseSerializer):
    """A request to enter, move or cut a budget."""

    class Meta:
        model = BudgetRequest
        fields = (
            "id",
            "kind",
            "state",
            "version",
            "district",
            "fund",
            "year",
            "amount_fen",
            "to_district",
            "to_fund",
            "to_year",
            "document",
            "requested_by",
            "signed_by",
            "steps",
        )
        read_only_fields = fields


class BudgetRequestCreateSerializer(serializers.Serializer):
    """The change and its document; the `to_` fields belong to a move."""

    kind = serializers.ChoiceField(choices=BudgetChange.choices)
    fund = serializers.CharField(max_length=32)
    district = serializers.RegexField(r"^[0-9]{6}$", max_length=6)
    year = serializers.IntegerField(**_YEAR)
    amount_fen = serializers.IntegerField(min_value=1, max_value=10**15)
    document = serializers.CharField(max_length=200)
    to_fund = serializers.CharField(max_length=32, required=False)
    to_district = serializers.RegexField(r"^[0-9]{6}$", max_length=6, required=False)
    to_year = serializers.IntegerField(required=False, **_YEAR)
    file = serializers.FileField()
