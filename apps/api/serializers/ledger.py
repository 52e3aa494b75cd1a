"""The books over REST: accounts, transactions, balances. Amounts are fen."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.serializers.base import ModelSerializer
from apps.ledger.enums import PeriodState
from apps.ledger.journal import StatementPage
from apps.ledger.kinds import kind_label
from apps.ledger.models import Account, AccountingPeriod, Leg, Transaction
from apps.ledger.selectors import BalanceRow, StatementLine

_CODE: dict[str, Any] = {"max_length": 32, "required": False, "allow_blank": True}


class PlaceSerializer(serializers.Serializer):
    """Which fund and which district; a district's token sees its own in any case."""

    fund = serializers.CharField(**_CODE)
    district = serializers.RegexField(r"^[0-9]{6}$", max_length=6, required=False)


class DaySerializer(PlaceSerializer):
    """At the end of which day; without it, now. `by_district`: a row for each district."""

    on = serializers.DateField(required=False)
    by_district = serializers.BooleanField(required=False, default=False)


class SpanSerializer(PlaceSerializer):
    """The first and the last day."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class StatementQuerySerializer(SpanSerializer):
    """The same; `after` is the `next` of the page before."""

    after = serializers.CharField(max_length=60, required=False, allow_blank=True)
    page_size = serializers.IntegerField(min_value=1, max_value=200, required=False, default=50)


class JournalQuerySerializer(SpanSerializer):
    """What narrows the journal: `subject_type` and `subject_id` belong together."""

    account = serializers.CharField(**_CODE)
    kind = serializers.CharField(max_length=40, required=False, allow_blank=True)
    subject_type = serializers.CharField(max_length=50, required=False, allow_blank=True)
    subject_id = serializers.IntegerField(min_value=1, max_value=2**62, required=False)


class AccountSerializer(ModelSerializer):
    """An account of the chart; `grows_by_debit` says on which side it grows."""

    grows_by_debit = serializers.BooleanField(read_only=True)

    class Meta:
        model = Account
        fields = ("code", "kind", "name", "name_en", "grows_by_debit")
        read_only_fields = fields


class LegSerializer(ModelSerializer):
    """One side of a transaction."""

    reference = serializers.CharField(read_only=True)
    account = serializers.CharField(source="account_id", read_only=True)
    fund = serializers.CharField(source="fund_id", read_only=True)
    district = serializers.CharField(source="district_code", read_only=True)

    class Meta:
        model = Leg
        fields = (
            "reference",
            "account",
            "fund",
            "district",
            "debit_fen",
            "credit_fen",
            "subject_type",
            "subject_id",
        )
        read_only_fields = fields


class TransactionSerializer(ModelSerializer):
    """A transaction with its legs."""

    reverses = serializers.IntegerField(source="reverses_id", allow_null=True, read_only=True)
    kind_label = serializers.SerializerMethodField()
    legs = serializers.SerializerMethodField()

    class Meta:
        model = Transaction
        fields = (
            "id",
            "key",
            "on",
            "kind",
            "kind_label",
            "memo",
            "reverses",
            "subject_type",
            "subject_id",
            "legs",
        )
        read_only_fields = fields

    def get_kind_label(self, row: Transaction) -> str:
        return kind_label(row.kind)

    @extend_schema_field(LegSerializer(many=True))
    def get_legs(self, row: Transaction) -> Any:
        return LegSerializer(self.context["legs"].get(row.pk, []), many=True).data


class BalanceSerializer(serializers.Serializer):
    """One line of a trial balance; `balance_fen` is on the side on which the account grows."""

    fund = serializers.CharField()
    account = serializers.CharField()
    district = serializers.CharField(allow_blank=True)
    debit_fen = serializers.IntegerField()
    credit_fen = serializers.IntegerField()
    balance_fen = serializers.IntegerField()

    def to_representation(self, row: BalanceRow) -> dict[str, Any]:
        return {
            "fund": row.fund.pk,
            "account": row.account.pk,
            "district": row.district,
            "debit_fen": row.debit_fen,
            "credit_fen": row.credit_fen,
            "balance_fen": row.balance_fen,
        }


class StatementLineSerializer(serializers.Serializer):
    """One leg with the balance after it."""

    reference = serializers.CharField()
    on = serializers.DateField()
    key = serializers.CharField()
    kind = serializers.CharField()
    memo = serializers.CharField(allow_blank=True)
    fund = serializers.CharField()
    district = serializers.CharField()
    debit_fen = serializers.IntegerField()
    credit_fen = serializers.IntegerField()
    running_fen = serializers.IntegerField()
    subject_type = serializers.CharField(allow_blank=True)
    subject_id = serializers.IntegerField(allow_null=True)

    def to_representation(self, line: StatementLine) -> dict[str, Any]:
        shown: dict[str, Any] = {**line._asdict(), "reference": line.reference, "on": line.on.isoformat()}
        return {str(name): shown[str(name)] for name in self.fields}


class StatementPageSerializer(serializers.Serializer):
    """A stretch of a statement. `next` is the `after` of the following one, empty at the end."""

    account = serializers.CharField()
    opening_fen = serializers.IntegerField()
    closing_fen = serializers.IntegerField()
    next = serializers.CharField(allow_blank=True)
    lines = StatementLineSerializer(many=True)

    def to_representation(self, page: StatementPage) -> dict[str, Any]:
        return {
            "account": page.account.pk,
            "opening_fen": page.opening_fen,
            "closing_fen": page.closing_fen,
            "next": page.next_mark,
            "lines": StatementLineSerializer(page.lines, many=True).data,
        }


class ObstacleSerializer(serializers.Serializer):
    """What keeps a month open."""

    code = serializers.CharField()
    message = serializers.CharField()


class MonthSerializer(serializers.Serializer):
    """A month of the books; `obstacles` says what keeps an open one from being closed."""

    month = serializers.CharField(help_text="2026-03")
    state = serializers.ChoiceField(choices=PeriodState.choices)
    proposed_on = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    obstacles = ObstacleSerializer(many=True)

    def to_representation(self, period: AccountingPeriod) -> dict[str, Any]:
        at, on = period.closed_at, period.proposed_on
        rows = self.context["obstacles"](period)
        return {
            "month": str(period),
            "state": str(period.state),
            "proposed_on": on.isoformat() if on else None,
            "closed_at": at.isoformat() if at else None,
            "obstacles": [{"code": row.code, "message": str(row.message)} for row in rows],
        }


class ReasonSerializer(serializers.Serializer):
    """Why a month stays open."""

    reason = serializers.CharField(max_length=300)
