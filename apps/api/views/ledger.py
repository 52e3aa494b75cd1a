"""The books over REST: to read. A district's token sees the district's legs."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.api.pagination import NewestFirst
from apps.api.reading import asked, valid
from apps.api.serializers import ledger as shapes
from apps.api.views.cases import ActingView
from apps.core.clock import today
from apps.core.errors import Problem
from apps.ledger import periods, services
from apps.ledger.enums import PeriodState
from apps.ledger.journal import JournalFilter, account_of, journal, statement_page, with_legs
from apps.ledger.models import Account, AccountingPeriod, Transaction
from apps.ledger.selectors import trial_balance

_ROLES = (Role.FINANCE_OFFICER, Role.CITY_OFFICER, Role.AUDITOR)
READERS = access(*_ROLES)


class _Books(ActingView):
    access = READERS
    scope = "payments"

    def place(self, given: dict[str, Any]) -> str:
        """The district that is shown: the token's own, or the one that is asked for."""
        return self.actor.district_code or given.get("district", "")


class AccountViewSet(_Books, viewsets.GenericViewSet):
    """The chart of accounts (会计科目)."""

    serializer_class = shapes.AccountSerializer
    queryset = Account.objects.all()
    lookup_field = "code"
    lookup_value_converter = "slug"
    pagination_class = None

    @extend_schema(responses=shapes.AccountSerializer(many=True), filters=False)
    def list(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """Every account, in the order of the chart."""
        return Response(shapes.AccountSerializer(Account.objects.all(), many=True).data)

    @extend_schema(
        parameters=[shapes.StatementQuerySerializer], responses=shapes.StatementPageSerializer, filters=False
    )
    @action(detail=True)
    def statement(self, request: Request, code: str) -> Response:
        """The account's legs by day, each with the balance after it, a page at a time."""
        given = asked(shapes.StatementQuerySerializer, request)
        page = statement_page(
            account_of(code),
            district=self.place(given) or None,
            fund=given.get("fund") or None,
            since=given.get("since"),
            until=given.get("until"),
            after=given.get("after", ""),
            limit=given["page_size"],
        )
        return Response(shapes.StatementPageSerializer(page).data)


class TransactionViewSet(_Books, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The journal (日记账)."""

    serializer_class = shapes.TransactionSerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Transaction.objects.none()
        return journal(JournalFilter(district=self.place({})))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "legs": {}}

    @extend_schema(responses=shapes.TransactionSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """One transaction."""
        return Response(self._shown([self.get_object()], "")[0])

    @extend_schema(
        parameters=[shapes.JournalQuerySerializer], responses=shapes.TransactionSerializer(many=True)
    )
    def list(self, request: Request) -> Response:
        """Transactions that have a leg which fits, the newest first."""
        given = asked(shapes.JournalQuerySerializer, request)
        given["district"] = self.place(given)
        page = self.paginate_queryset(journal(JournalFilter(**given)))
        return self.get_paginated_response(self._shown(page or [], given["district"]))

    def _shown(self, heads: Sequence[Transaction], district: str) -> Any:
        district = self.actor.district_code or district
        legs = {head.pk: found for head, found in with_legs(heads, district)}
        context = {**self.get_serializer_context(), "legs": legs}
        return shapes.TransactionSerializer(heads, many=True, context=context).data


class TrialBalanceViewSet(_Books, viewsets.GenericViewSet):
    """The trial balance (试算平衡表)."""

    serializer_class = shapes.BalanceSerializer
    queryset = Transaction.objects.none()
    pagination_class = None

    @extend_schema(
        parameters=[shapes.DaySerializer], responses=shapes.BalanceSerializer(many=True), filters=False
    )
    def list(self, request: Request) -> Response:
        """Debits and credits by fund and account, now or at the end of a day."""
        given = asked(shapes.DaySerializer, request)
        rows = trial_balance(
            given.get("on"),
            fund=given.get("fund") or None,
            district=self.place(given) or None,
            by_district=given["by_district"],
        )
        return Response(shapes.BalanceSerializer(rows, many=True).data)


class MonthViewSet(_Books, viewsets.GenericViewSet):
    """Months of the books: what keeps one open, and the two signatures that close it."""

    access = access(*_ROLES, write=[Role.FINANCE_OFFICER, Role.CITY_OFFICER])
    serializer_class = shapes.MonthSerializer
    queryset = AccountingPeriod.objects.none()
    lookup_field = "month"
    lookup_value_converter = "slug"
    pagination_class = None
    money_actions = frozenset({"propose", "close", "withdraw"})

    def _answer(self, month: date) -> Response:
        found = AccountingPeriod.objects.filter(month=month).first() or AccountingPeriod(month=month)

        def look(period: AccountingPeriod) -> list[Problem]:
            is_open = period.state != PeriodState.CLOSED
            return periods.obstacles(period, today(), self.actor.district_code) if is_open else []

        return Response(shapes.MonthSerializer(found, context={"obstacles": look}).data)

    @extend_schema(responses=shapes.MonthSerializer, filters=False)
    def retrieve(self, request: Request, month: str) -> Response:  # noqa: ARG002 - the framework's signature
        """One month, named as 2026-03, and what keeps it open."""
        return self._answer(periods.month_named(month))

    @extend_schema(request=None, responses=shapes.MonthSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, month: str) -> Response:  # noqa: ARG002 - the framework's signature
        """Propose to close a month."""
        return self._step(month, lambda day: services.propose_closing(self.actor, day, on=today()))

    @extend_schema(request=None, responses=shapes.MonthSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, month: str) -> Response:  # noqa: ARG002 - the framework's signature
        """Close a month that another person proposed."""
        return self._step(month, lambda day: services.close_period(self.actor, day, on=today()))

    @extend_schema(request=shapes.ReasonSerializer, responses=shapes.MonthSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, month: str) -> Response:
        """Leave a month open that was proposed."""
        reason = valid(shapes.ReasonSerializer, request)["reason"]
        return self._step(
            month, lambda day: services.withdraw_closing(self.actor, day, reason=reason, on=today())
        )

    def _step(self, month: str, take: Callable[[date], Any]) -> Response:
        day = periods.month_named(month)

        def work() -> Response:
            take(day)
            return self._answer(day)

        return self.once(work)
