"""The reconciliation over REST: run it, read it, take and correct differences."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.api.pagination import NewestFirst
from apps.api.reading import asked, found, valid
from apps.api.serializers import reconciliation as shapes
from apps.api.views.cases import ActingView, CaseViewSet, with_steps
from apps.api.views.jobs import job_answer
from apps.banking.models import PayingAccount, StatementLine
from apps.core.clock import today
from apps.ledger.models import Fund, Transaction
from apps.payouts.models import Recovery
from apps.reconciliation import selectors
from apps.reconciliation.enums import OF_A_MATCH, UNDONE_BY, RunState
from apps.reconciliation.models import AccountBalance, Break, Compared, Correction, Run
from apps.reconciliation.services.correct import Wanted, request_correction, request_undoing
from apps.reconciliation.services.reconcile import STARTERS, enqueue_run
from apps.reconciliation.services.take_break import TAKERS, give_back_break, take_break
from apps.reconciliation.services.undo_correction import request_undoing_of
from apps.reconciliation.transitions import CORRECTION_TRANSITIONS

_ROLES = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)
READERS = access(*_ROLES)
TAKING = access(*sorted(TAKERS))


class RunViewSet(ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Runs of the reconciliation (对账)."""

    access = access(*_ROLES, write=sorted(STARTERS))
    scope = "payments"
    serializer_class = shapes.RunSerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"
    queryset = Run.objects.filter(state=RunState.DONE)

    @extend_schema(request=None, responses={202: shapes.JobSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Compare everything now; the answer names the work, whose state is then asked for."""
        return self.once(lambda: Response(job_answer(enqueue_run(self.actor)), status=202))


class BreakViewSet(ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Differences (差异)."""

    access = READERS
    scope = "payments"
    serializer_class = shapes.BreakSerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Break.objects.none()
        return Break.objects.visible_to(self.actor)

    @extend_schema(parameters=[shapes.BreakQuerySerializer], responses=shapes.BreakSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002 - the framework's
        """Differences, the newest first; a district's token sees its own."""
        given = asked(shapes.BreakQuerySerializer, request)
        page = self.paginate_queryset(self.get_queryset().filter(**given))
        return self.get_paginated_response(shapes.BreakSerializer(page, many=True).data)

    @extend_schema(request=None, responses=shapes.BreakSerializer)
    @action(detail=True, methods=["post"])
    @TAKING
    def take(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Make a difference one's own."""
        row = self.get_object()
        return self.once(
            lambda: Response(shapes.BreakSerializer(take_break(self.actor, row, on=today())).data)
        )

    @extend_schema(request=None, responses=shapes.BreakSerializer)
    @action(detail=True, methods=["post"], url_path="give-back", url_name="give-back")
    @TAKING
    def give_back(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Leave a difference to others again."""
        row = self.get_object()
        return self.once(lambda: Response(shapes.BreakSerializer(give_back_break(self.actor, row)).data))


@with_steps(CORRECTION_TRANSITIONS)
class CorrectionViewSet(CaseViewSet):
    """Corrections of differences (差异更正)."""

    label = "reconciliation.correction"
    scope = "payments"
    access = access(*_ROLES, write=[Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER])
    serializer_class = shapes.CorrectionSerializer
    money_actions = frozenset({"create"})

    def get_parsers(self) -> list[Any]:
        """A correction comes with its document; the steps are JSON."""
        if getattr(self, "action_map", {}).get("post") == "create":
            return [MultiPartParser()]
        return super().get_parsers()

    @extend_schema(request=shapes.CorrectionCreateSerializer, responses={201: shapes.CorrectionSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Write a correction with its document; another person signs."""
        data = dict(valid(shapes.CorrectionCreateSerializer, request))
        upload = data.pop("file")
        row, request_it = self._about(data)
        rows = {
            "fund": Fund.objects,
            "district": District.objects,
            "transaction": Transaction.objects,
            "item": Correction.objects.visible_to(self.actor),
            "recovery": Recovery.objects.visible_to(self.actor),
        }
        for name, known in rows.items():
            if name in data:
                found(known, data[name])

        def work() -> Response:
            made = request_it(self.actor, row, Wanted(**data), upload=upload, on=today())
            shape = shapes.CorrectionSerializer(made, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)

    def _about(self, data: dict[str, Any]) -> tuple[Any, Any]:
        """What the correction is about, taken out of the data, and the service that writes it."""
        line, difference = data.pop("line", 0), data.pop("difference", 0)
        wrong = data.pop("correction", 0)
        if data["kind"] in UNDONE_BY.values():
            return found(Correction.objects.visible_to(self.actor), wrong), request_undoing_of
        if data["kind"] in OF_A_MATCH and not difference:
            accounts = PayingAccount.objects.visible_to(self.actor)
            movements = StatementLine.objects.filter(paying_account__in=accounts)
            return found(movements, line), request_undoing
        return found(Break.objects.visible_to(self.actor), difference), request_correction

    @extend_schema(responses=shapes.CorrectionSerializer(many=True))
    @action(detail=False)
    def suspense(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        """What lies in suspense: the corrections by which it was taken there."""
        page = self.paginate_queryset(selectors.suspense(self.actor).order_by("-id"))
        context = self.get_serializer_context()
        return self.get_paginated_response(shapes.CorrectionSerializer(page, many=True, context=context).data)


class SumViewSet(ActingView, viewsets.GenericViewSet):
    """The sums of all sides in the newest run."""

    access = READERS
    scope = "payments"
    serializer_class = shapes.SumSerializer
    pagination_class = None
    queryset = Compared.objects.none()

    @extend_schema(
        parameters=[shapes.SumQuerySerializer], responses=shapes.SumSerializer(many=True), filters=False
    )
    def list(self, request: Request) -> Response:
        """Claims, orders, result files, statements and books by day, fund, district or batch."""
        given = asked(shapes.SumQuerySerializer, request)
        found_sums = selectors.sums(self.actor, given["by"], receipts=given["receipts"])
        rows = selectors.sum_rows(found_sums, given["by"], {})
        return Response(shapes.SumSerializer(rows, many=True).data)


class AccountBalanceViewSet(ActingView, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Balances of the paying accounts in the newest run (余额调节表)."""

    access = READERS
    scope = "payments"
    serializer_class = shapes.AccountBalanceSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return AccountBalance.objects.none()
        return selectors.balances(self.actor)
