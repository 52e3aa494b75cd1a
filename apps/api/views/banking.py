"""Payment batches, bank result files, account statements over REST."""

from base64 import b64encode
from collections.abc import Callable
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
from apps.api.reading import found, valid
from apps.api.serializers import banking as shapes
from apps.api.serializers.reconciliation import JobSerializer
from apps.api.views.cases import ActingView, CaseViewSet, with_steps
from apps.api.views.jobs import job_answer
from apps.banking.answer_transitions import ANSWER_TRANSITIONS
from apps.banking.models import BankStatement, BatchEntry, PayingAccount, PaymentBatch, StatementLine
from apps.banking.selectors import failed_payments
from apps.banking.services.answer_in_writing import Letter, enter_answer
from apps.banking.services.build_batch import build_batch, take_out
from apps.banking.services.divide import Part, divide, take_back
from apps.banking.services.freezing import file_name, open_payment_file, regenerate
from apps.banking.services.match_lines import match_recovery, match_return
from apps.banking.services.paying_accounts import (
    SIGNERS,
    enter_paying_account,
    retire_paying_account,
    sign_paying_account,
)
from apps.banking.services.take_result import ANSWERABLE, take_result
from apps.banking.services.take_statement import take_statement
from apps.banking.tasks import AT_ONCE_MAX, hand_in_result
from apps.banking.transitions import BATCH_TRANSITIONS
from apps.banking.uploads import read_upload
from apps.core.clock import today
from apps.core.files import open_file
from apps.ledger.models import Fund
from apps.payouts.models import PaymentOrder, Recovery

FINANCE = access(Role.FINANCE_OFFICER)
READERS = access(
    Role.FINANCE_OFFICER,
    Role.DISTRICT_SUPERVISOR,
    Role.CITY_OFFICER,
    Role.AUDITOR,
    write=[Role.FINANCE_OFFICER],
)


@with_steps(BATCH_TRANSITIONS, leave_out=frozenset({"answer"}))
class BatchViewSet(CaseViewSet):
    """Payment batches (支付批次)."""

    label = "banking.paymentbatch"
    scope = "payments"
    access = READERS
    serializer_class = shapes.BatchSerializer
    money_actions = frozenset({"create", "results", "take_out"})
    # A batch takes no documents of its own: its file is made, not handed in.
    documents = None  # type: ignore[assignment]

    @extend_schema(request=shapes.BatchCreateSerializer, responses={201: shapes.BatchSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Make up a batch of released orders of one district."""
        data = valid(shapes.BatchCreateSerializer, request)
        account = found(PayingAccount.objects.visible_to(self.actor), data["paying_account"])

        def work() -> Response:
            batch = build_batch(
                self.actor,
                account,
                district=data["district"],
                orders=data["orders"],
                pay_on=data["pay_on"],
                on=today(),
            )
            shape = shapes.BatchSerializer(batch, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)

    @extend_schema(responses=shapes.EntrySerializer(many=True))
    @action(detail=True)
    def entries(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The payments of a batch, in pages."""
        page = self.paginate_queryset(self.get_object().entries.filter(live=True))
        return self.get_paginated_response(shapes.EntrySerializer(page, many=True).data)

    @extend_schema(request=shapes.TakeOutSerializer, responses=shapes.BatchSerializer)
    @action(detail=True, methods=["post"], url_path="take-out", url_name="take-out")
    @FINANCE
    def take_out(self, request: Request, **_kwargs: Any) -> Response:
        """Take a payment out of a batch that is being made up."""
        batch = self.get_object()
        data = valid(shapes.TakeOutSerializer, request)
        entry = found(BatchEntry.objects.filter(batch=batch), data["entry"])

        def work() -> Response:
            done = take_out(self.actor, entry, on=today(), reason=data["reason"])
            return Response(shapes.BatchSerializer(done, context=self.get_serializer_context()).data)

        return self.once(work)

    @extend_schema(request=None, responses=shapes.PaymentFileSerializer)
    @action(detail=True, methods=["post"])
    @FINANCE
    def file(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The frozen payment file; it shows account numbers, so each time is logged."""
        batch = self.get_object()
        stored = open_payment_file(self.actor, batch)
        with open_file(stored) as opened:
            content = b64encode(opened.read()).decode()
        answer = {"name": file_name(batch), "sha256": stored.sha256, "content": content}
        return Response(shapes.PaymentFileSerializer(answer).data)

    @extend_schema(responses=shapes.RegeneratedSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    @FINANCE
    def regenerated(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Make the frozen file again and compare it to the byte."""
        return Response(shapes.RegeneratedSerializer(regenerate(self.get_object())).data)

    @extend_schema(methods=["GET"], responses=shapes.ResultFileSerializer(many=True), filters=False)
    @extend_schema(
        methods=["POST"],
        request=shapes.BankFileSerializer,
        responses={201: shapes.ResultFileSerializer, 202: JobSerializer},
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None, parser_classes=[MultiPartParser])
    def results(self, request: Request, **_kwargs: Any) -> Response:
        """The result files that were taken in; POST takes one in, whole or not at all, and once.

        The file of a large batch is judged at once and taken in by background work, which the answer (202)
        names.
        """
        batch = self.get_object()
        if request.method == "GET":
            return Response(shapes.ResultFileSerializer(batch.result_files.order_by("-id"), many=True).data)
        content, name = read_upload(valid(shapes.BankFileSerializer, request)["file"])

        def work() -> Response:
            if batch.count > AT_ONCE_MAX and batch.state in ANSWERABLE:
                return Response(job_answer(hand_in_result(self.actor, batch, content, name=name)), status=202)
            taken = take_result(self.actor, batch, content, name=name, on=today())
            taken.file.already = taken.already  # type: ignore[attr-defined]
            return Response(shapes.ResultFileSerializer(taken.file).data, status=201)

        return self.once(work)

    def moves_money(self) -> bool:
        """Reading the results moves none."""
        return super().moves_money() and self.request.method == "POST"


@with_steps(ANSWER_TRANSITIONS)
class WrittenAnswerViewSet(CaseViewSet):
    """What the bank answered of single payments in writing (银行书面答复)."""

    label = "banking.writtenanswer"
    scope = "payments"
    access = READERS
    serializer_class = shapes.WrittenAnswerSerializer
    money_actions = frozenset({"create"})

    def get_parsers(self) -> list[Any]:
        """An answer comes with its letter; the steps are JSON."""
        if getattr(self, "action_map", {}).get("post") == "create":
            return [MultiPartParser()]
        return super().get_parsers()

    @extend_schema(
        request=shapes.WrittenAnswerCreateSerializer, responses={201: shapes.WrittenAnswerSerializer}
    )
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Enter what the bank says in writing of a payment, with its letter; another person signs."""
        data = dict(valid(shapes.WrittenAnswerCreateSerializer, request))
        visible = BatchEntry.objects.filter(batch__in=PaymentBatch.objects.visible_to(self.actor))
        entry = found(visible, data.pop("entry"))
        upload = data.pop("file")

        def work() -> Response:
            made = enter_answer(self.actor, entry, Letter(**data), upload=upload, on=today())
            shape = shapes.WrittenAnswerSerializer(made, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)


class _Reading(ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """What is read in pages, the newest first."""

    access = READERS
    scope = "payments"
    pagination_class = NewestFirst
    lookup_value_converter = "int"
    model: Any = None

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        return self.model.objects.visible_to(self.actor)


class PayingAccountViewSet(_Reading):
    """Accounts that payments come from; another person signs for each."""

    serializer_class = shapes.PayingAccountSerializer
    model = PayingAccount
    money_actions = frozenset({"create", "sign", "retire"})

    @extend_schema(
        request=shapes.PayingAccountCreateSerializer, responses={201: shapes.PayingAccountSerializer}
    )
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Enter an account; nothing is paid from it before another person signed for it."""
        data = dict(valid(shapes.PayingAccountCreateSerializer, request))
        for name, rows in (("district", District.objects.all()), ("fund", Fund.objects.all())):
            if data[name] is not None:
                found(rows, data[name])

        def work() -> Response:
            entered = enter_paying_account(self.actor, **data)
            return Response(shapes.PayingAccountSerializer(entered).data, status=201)

        return self.once(work)

    @extend_schema(request=None, responses=shapes.PayingAccountSerializer)
    @action(detail=True, methods=["post"])
    @access(*SIGNERS)
    def sign(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Sign for an account: you compared holder and number with the bank's paper, and did not enter it."""
        return self._change(sign_paying_account)

    @extend_schema(request=None, responses=shapes.PayingAccountSerializer)
    @action(detail=True, methods=["post"])
    @FINANCE
    def retire(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Take an account out of use; its batches and statements stay."""
        return self._change(retire_paying_account)

    def _change(self, service: Callable[..., PayingAccount]) -> Response:
        account = self.get_object()
        return self.once(
            lambda: Response(shapes.PayingAccountSerializer(service(self.actor, account, on=today())).data)
        )


class StatementViewSet(_Reading):
    """Bank statements (银行对账单)."""

    serializer_class = shapes.StatementSerializer
    model = BankStatement
    money_actions = frozenset({"create"})
    parser_classes = [MultiPartParser]

    @extend_schema(request=shapes.StatementFileSerializer, responses={201: shapes.StatementSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Take a statement in and match its movements. It may begin with what was taken in before: only
        what is new counts. Known movements otherwise than they were, or between new ones, refuse it all."""
        data = valid(shapes.StatementFileSerializer, request)
        account = found(PayingAccount.objects.visible_to(self.actor), data["paying_account"])
        content, name = read_upload(data["file"])

        def work() -> Response:
            taken = take_statement(self.actor, account, content, name=name, on=today())
            taken.statement.already = taken.already  # type: ignore[attr-defined]
            return Response(shapes.StatementSerializer(taken.statement).data, status=201)

        return self.once(work)


class MovementViewSet(_Reading):
    """Movements of the accounts and the parts of those that were divided, explained or not."""

    serializer_class = shapes.MovementSerializer
    money_actions = frozenset({"match", "returned", "divide", "take_back"})

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return StatementLine.objects.none()
        accounts = PayingAccount.objects.visible_to(self.actor)
        rows = StatementLine.objects.filter(paying_account__in=accounts)
        return rows.select_related("match", "division")

    @extend_schema(request=shapes.DivideSerializer, responses={201: shapes.MovementSerializer(many=True)})
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    @FINANCE
    def divide(self, request: Request, **_kwargs: Any) -> Response:
        """Divide an open movement into parts that make its amount; answers with the parts.

        Nothing is posted: each part is explained by itself. One against the movement (a fee) is settled by a
        correction with two signatures before the others.
        """
        line = self.get_object()
        data = valid(shapes.DivideSerializer, request)
        parts = [Part(**part) for part in data["parts"]]

        def work() -> Response:
            division = divide(self.actor, line, parts, reason=data["reason"])
            rows = self.get_queryset().filter(division=division).order_by("part")
            return Response(shapes.MovementSerializer(rows, many=True).data, status=201)

        return self.once(work)

    @extend_schema(request=shapes.TakeBackSerializer, responses=shapes.MovementSerializer)
    @action(detail=True, methods=["post"], url_path="take-back", url_name="take-back")
    @FINANCE
    def take_back(self, request: Request, **_kwargs: Any) -> Response:
        """Take a division back of which no part is explained; the movement is open, its parts never count."""
        line = self.get_object()
        data = valid(shapes.TakeBackSerializer, request)

        def work() -> Response:
            take_back(self.actor, line, reason=data["reason"])
            return Response(shapes.MovementSerializer(self.get_object()).data)

        return self.once(work)

    @extend_schema(request=shapes.MatchSerializer, responses=shapes.MovementSerializer)
    @action(detail=True, methods=["post"])
    @FINANCE
    def match(self, request: Request, **_kwargs: Any) -> Response:
        """Say for which recovery notice money came in; it is received and posted."""
        line = self.get_object()
        data = valid(shapes.MatchSerializer, request)
        recovery = found(Recovery.objects.visible_to(self.actor), data["recovery"])

        def work() -> Response:
            match_recovery(self.actor, line, recovery, on=today())
            return Response(shapes.MovementSerializer(self.get_object()).data)

        return self.once(work)

    @extend_schema(request=None, responses=shapes.MovementSerializer)
    @action(detail=True, methods=["post"])
    @FINANCE
    def returned(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Say that a movement is a payment that the bank sent back; it waits for a new release."""
        line = self.get_object()

        def work() -> Response:
            match_return(self.actor, line, on=today())
            return Response(shapes.MovementSerializer(self.get_object()).data)

        return self.once(work)


class FailureViewSet(_Reading):
    """Payments that the bank refused and that wait for a correction."""

    serializer_class = shapes.FailureSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return PaymentOrder.objects.none()
        return failed_payments(self.actor)
