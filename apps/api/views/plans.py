"""Plans over REST: write the content, then take the steps."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.reading import valid
from apps.api.serializers.common import MissingSerializer
from apps.api.serializers.plans import (
    PlanContentSerializer,
    PlanCreateSerializer,
    PlanDetailSerializer,
    PlanLineSerializer,
    PlanSerializer,
)
from apps.api.views.cases import CaseViewSet, with_steps
from apps.core.clock import today
from apps.plans import services
from apps.plans.checks import missing_for_submission
from apps.plans.inputs import Basics, CourseRow, LineRow, MentorRow, TextbookRow
from apps.plans.transitions import PLAN_TRANSITIONS


@with_steps(PLAN_TRANSITIONS)
class PlanViewSet(CaseViewSet):
    """Training plans (培养计划)."""

    label = "plans.plan"
    narrowed_by = ("state",)
    scope = "plans"
    serializer_class = PlanSerializer
    detail_serializer_class = PlanDetailSerializer

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.select_related("institution") if self.action == "retrieve" else rows

    @extend_schema(request=PlanCreateSerializer, responses={201: PlanSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Begin a plan for the token's enterprise."""
        data = valid(PlanCreateSerializer, request)

        def work() -> Response:
            plan = services.create_plan(self.actor, on=today(), title=data["title"])
            return Response(PlanSerializer(plan, context=self.get_serializer_context()).data, status=201)

        return self.once(work)

    @extend_schema(request=PlanContentSerializer, responses=PlanSerializer)
    @action(detail=True, methods=["put"])
    def content(self, request: Request, **_kwargs: Any) -> Response:
        """Write parts of a plan while it is with the enterprise; each part replaces the stored one."""
        plan = self.get_object()
        data, on = valid(PlanContentSerializer, request), today()

        def work() -> Response:
            if "basics" in data:
                services.save_basics(self.actor, plan, Basics(**data["basics"]), on=on)
            parts: tuple[tuple[str, Any, Any], ...] = (
                ("lines", services.save_lines, LineRow),
                ("courses", services.save_courses, CourseRow),
                ("mentors", services.save_mentors, MentorRow),
                ("textbooks", services.save_textbooks, TextbookRow),
            )
            for name, save, row in parts:
                if name in data:
                    save(self.actor, plan, [row(**values) for values in data[name]], on=on)
            fresh = self.get_queryset().get(pk=plan.pk)
            return Response(PlanSerializer(fresh, context=self.get_serializer_context()).data)

        return self.once(work)

    @extend_schema(responses=MissingSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def missing(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """What is still missing before the plan can be handed in, each with its article."""
        return Response(
            MissingSerializer(
                missing_for_submission(self.get_object(), self.actor, on=today()), many=True
            ).data
        )

    @extend_schema(responses=PlanLineSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def lines(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The occupations and levels of a plan."""
        return Response(PlanLineSerializer(self.get_object().lines.order_by("id"), many=True).data)
