"""Budgets over REST: to read, and requests that another person signs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.api.pagination import NewestFirst
from apps.api.reading import asked, found, valid
from apps.api.serializers import budgets as shapes
from apps.api.views.cases import ActingView, CaseViewSet, with_steps
from apps.core.clock import today
from apps.ledger.models import Budget, Fund
from apps.ledger.selectors import budgets
from apps.payouts.budget_transitions import BUDGET_TRANSITIONS
from apps.payouts.services.request_budget import Wanted, request_budget

_ROLES = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)


class BudgetViewSet(ActingView, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Budgets by fund, district and year (预算)."""

    access = access(*_ROLES)
    scope = "payments"
    serializer_class = shapes.BudgetSerializer
    pagination_class = NewestFirst
    queryset = Budget.objects.none()

    @extend_schema(parameters=[shapes.BudgetQuerySerializer], responses=shapes.BudgetSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002 - the framework's
        """Budgets; a district's token sees its own."""
        given = asked(shapes.BudgetQuerySerializer, request)
        rows = budgets(
            year=given.get("year"),
            fund=given.get("fund") or None,
            district=self.actor.district_code or given.get("district"),
        )
        page = self.paginate_queryset(rows.order_by("-id"))
        return self.get_paginated_response(shapes.BudgetSerializer(page, many=True).data)


@with_steps(BUDGET_TRANSITIONS)
class BudgetRequestViewSet(CaseViewSet):
    """Requests to enter, move or cut a budget (预算调整申请)."""

    label = "payouts.budgetrequest"
    scope = "payments"
    access = access(*_ROLES, write=[Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER])
    serializer_class = shapes.BudgetRequestSerializer
    money_actions = frozenset({"create"})

    def get_parsers(self) -> list[Any]:
        """A request comes with its document; the steps are JSON."""
        if getattr(self, "action_map", {}).get("post") == "create":
            return [MultiPartParser()]
        return super().get_parsers()

    @extend_schema(
        request=shapes.BudgetRequestCreateSerializer, responses={201: shapes.BudgetRequestSerializer}
    )
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Request a change with its document; another person signs."""
        data = dict(valid(shapes.BudgetRequestCreateSerializer, request))
        upload = data.pop("file")
        for name, rows in (("fund", Fund.objects), ("district", District.objects)):
            for field in (name, f"to_{name}"):
                if field in data:
                    found(rows, data[field])

        def work() -> Response:
            made = request_budget(self.actor, Wanted(**data), upload=upload, on=today())
            shape = shapes.BudgetRequestSerializer(made, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)
