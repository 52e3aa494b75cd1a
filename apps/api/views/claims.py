"""Claims, payments and the trace over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.api.pagination import NewestFirst
from apps.api.reading import found, valid
from apps.api.serializers import claims as shapes
from apps.api.serializers.common import MissingSerializer
from apps.api.views.cases import ActingView, CaseViewSet, with_steps
from apps.apprentices.models import TrainingClass
from apps.claims.checks import missing_for_submission
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim, ClaimLine
from apps.claims.services.compute_claim import compute_claim, recompute_claim
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import jobs
from apps.core.clock import today
from apps.core.models import Job
from apps.payouts.models import PaymentOrder
from apps.payouts.selectors import release_of
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_many import enqueue_release
from apps.payouts.tracing import as_json, trace_line


@with_steps(
    CLAIM_TRANSITIONS,
    leave_out=frozenset(
        {
            "record_payment",
            "record_return",
            "undo_return",
            "set_off",
            "write_off",
            "settle",
            "undo_receipt",
            "undo_late_receipt",
            "propose",
            "lapse",
        }
    ),
)
class ClaimViewSet(CaseViewSet):
    """Claims (补贴申请)."""

    label = "claims.claim"
    narrowed_by = ("state", "kind", "training_class")
    scope = "claims"
    serializer_class = shapes.ClaimSerializer
    money_actions = frozenset({"paid"})

    def get_queryset(self) -> Any:
        return super().get_queryset().prefetch_related("public_notices")

    @extend_schema(request=shapes.ClaimCreateSerializer, responses={201: shapes.ClaimSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Let the claim of a class compute itself."""
        data = valid(shapes.ClaimCreateSerializer, request)
        training_class = found(TrainingClass.objects.visible_to(self.actor), data["training_class"])

        def work() -> Response:
            claim = compute_claim(self.actor, training_class, ClaimKind(data["kind"]), on=today())
            shape = shapes.ClaimSerializer(claim, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)

    @extend_schema(request=None, responses=shapes.ClaimSerializer)
    @action(detail=True, methods=["post"])
    def recompute(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Compute a draft or returned claim anew, as the records now stand."""
        claim = self.get_object()

        def work() -> Response:
            done = recompute_claim(self.actor, claim)
            return Response(shapes.ClaimSerializer(done, context=self.get_serializer_context()).data)

        return self.once(work)

    @extend_schema(responses=shapes.ClaimLineSerializer(many=True))
    @action(detail=True)
    def lines(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The lines of a claim, in pages."""
        page = self.paginate_queryset(self.get_object().lines.all())
        return self.get_paginated_response(shapes.ClaimLineSerializer(page, many=True).data)

    @extend_schema(responses=MissingSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def missing(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """What is still missing before the claim can be handed in."""
        return Response(MissingSerializer(missing_for_submission(self.get_object(), today()), many=True).data)

    @extend_schema(request=shapes.PaymentRecordSerializer, responses=shapes.ClaimSerializer)
    @action(detail=True, methods=["post"])
    def paid(self, request: Request, **_kwargs: Any) -> Response:
        """Record that the bank paid the released order."""
        claim = self.get_object()
        data = valid(shapes.PaymentRecordSerializer, request)

        def work() -> Response:
            done = record_payment(self.actor, claim, on=today(), **data)
            return Response(shapes.ClaimSerializer(done, context=self.get_serializer_context()).data)

        return self.once(work)


class LineViewSet(ActingView, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Claim lines and everything that they rest on."""

    scope = "claims"
    serializer_class = shapes.ClaimLineSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ClaimLine.objects.none()
        return ClaimLine.objects.filter(claim__in=Claim.objects.visible_to(self.actor)).select_related(
            "claim__training_class", "enrolment", "calculation"
        )

    @extend_schema(responses=shapes.TraceSerializer, filters=False)
    @action(detail=True)
    def trace(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Follow the money: rule, article, facts, documents with their hash, people, payments, legs."""
        return Response(as_json(trace_line(self.get_object())))


class OrderViewSet(ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Payment orders."""

    narrowed_by = ("state",)
    scope = "payments"
    serializer_class = shapes.OrderSerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return PaymentOrder.objects.none()
        return PaymentOrder.objects.visible_to(self.actor)


class ReleaseViewSet(ActingView, viewsets.GenericViewSet):
    """Releases of many signed claims, each claim by itself, in the background."""

    access = access(Role.FINANCE_OFFICER)
    scope = "payments"
    serializer_class = shapes.ReleaseSerializer
    lookup_value_converter = "int"
    money_actions = frozenset({"create"})
    queryset = Job.objects.none()

    @extend_schema(request=shapes.ReleaseCreateSerializer, responses={202: shapes.ReleaseSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Release these claims; the answer names the release, whose state is then asked for."""
        data = valid(shapes.ReleaseCreateSerializer, request)
        return self.once(lambda: Response(_release(enqueue_release(self.actor, data["claims"])), status=202))

    @extend_schema(responses=shapes.ReleaseSerializer, filters=False)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """How far a release is, and at its end each claim that was refused with its reason."""
        return Response(_release(release_of(self.actor, kwargs["pk"])))


def _release(job: Job) -> dict[str, Any]:
    progress = jobs.progress(job)
    counts = {name: job.result.get(name) for name in ("released", "skipped", "refused")}
    shape = {
        "id": job.pk,
        "state": job.state,
        "done": progress.done,
        "total": progress.total or len(job.params["claims"]),
        **counts,
        "refusals": job.result.get("refusals", []),
        "error": job.error,
    }
    return shapes.ReleaseSerializer(shape).data
