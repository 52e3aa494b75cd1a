"""Recoveries over REST: notices with what became of them, write-offs, instalment agreements."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.api.pagination import NewestFirst
from apps.api.reading import found, valid
from apps.api.serializers import recoveries as shapes
from apps.api.views.cases import ActingView, CaseViewSet, with_steps
from apps.core.clock import today
from apps.payouts.agreement_transitions import AGREEMENT_TRANSITIONS
from apps.payouts.models import Recovery
from apps.payouts.notice.document import LANGUAGES
from apps.payouts.notice.sending import send_notice
from apps.payouts.services.agree_instalments import request_agreement
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.write_off import request_write_off
from apps.payouts.write_off_transitions import WRITE_OFF_TRANSITIONS

_OFFICE = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)


class RecoveryViewSet(ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Recovery notices (追回通知)."""

    narrowed_by = ("state",)
    scope = "payments"
    serializer_class = shapes.RecoverySerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"
    money_actions = frozenset({"receipts"})

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Recovery.objects.none()
        return Recovery.objects.visible_to(self.actor).prefetch_related("receipts__undone", "offsets")

    @extend_schema(
        parameters=[
            OpenApiParameter("lang", str, enum=list(LANGUAGES), description="Language of the notice")
        ],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def notice(self, request: Request, **_kwargs: Any) -> HttpResponse:
        """The notice as a PDF, in Chinese or English."""
        return send_notice(request._request, self.get_object())

    @extend_schema(request=shapes.ReceiptSerializer, responses=shapes.RecoverySerializer)
    @action(detail=True, methods=["post"])
    def receipts(self, request: Request, **_kwargs: Any) -> Response:
        """Record money that came in for a notice."""
        recovery = self.get_object()
        data = valid(shapes.ReceiptSerializer, request)

        def work() -> Response:
            key = f"api:{self.actor.membership_id}:{request.headers.get('Idempotency-Key', '')}"
            receive_recovery(self.actor, recovery, key=key, on=today(), **data)
            return Response(shapes.RecoverySerializer(self.get_object()).data)

        return self.once(work)


class _AskedFor(CaseViewSet):
    """What is asked for with a paper and signed by another person."""

    def get_parsers(self) -> list[Any]:
        """A request comes with its document; the steps are JSON."""
        if getattr(self, "action_map", {}).get("post") == "create":
            return [MultiPartParser()]
        return super().get_parsers()


@with_steps(WRITE_OFF_TRANSITIONS)
class WriteOffViewSet(_AskedFor):
    """Requests to write recoveries off (核销申请)."""

    label = "payouts.recoverywriteoff"
    scope = "payments"
    access = access(*_OFFICE, write=[Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER])
    serializer_class = shapes.WriteOffSerializer
    money_actions = frozenset({"create"})

    @extend_schema(request=shapes.WriteOffCreateSerializer, responses={201: shapes.WriteOffSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Ask for a write-off with its document; another person signs."""
        data = dict(valid(shapes.WriteOffCreateSerializer, request))
        recovery = found(Recovery.objects.visible_to(self.actor), data.pop("recovery"))
        upload = data.pop("file")

        def work() -> Response:
            made = request_write_off(self.actor, recovery, upload=upload, on=today(), **data)
            shape = shapes.WriteOffSerializer(made, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)


@with_steps(AGREEMENT_TRANSITIONS, leave_out=frozenset({"end", "break", "resume", "lapse"}))
class AgreementViewSet(_AskedFor):
    """Agreements to repay in instalments (分期还款协议)."""

    label = "payouts.instalmentagreement"
    scope = "payments"
    access = access(
        *_OFFICE,
        Role.ENTERPRISE_OPERATOR,
        write=[
            Role.FINANCE_OFFICER,
            Role.DISTRICT_SUPERVISOR,
            Role.CITY_OFFICER,
            Role.ENTERPRISE_OPERATOR,
        ],
    )
    serializer_class = shapes.AgreementSerializer
    money_actions = frozenset({"create"})

    @extend_schema(request=shapes.AgreementCreateSerializer, responses={201: shapes.AgreementSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Ask to repay in instalments, with the signed agreement; another person signs for the district."""
        data = dict(valid(shapes.AgreementCreateSerializer, request))
        recovery = found(Recovery.objects.visible_to(self.actor), data.pop("recovery"))
        upload = data.pop("file")

        def work() -> Response:
            made = request_agreement(self.actor, recovery, upload=upload, on=today(), **data)
            shape = shapes.AgreementSerializer(made, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)
