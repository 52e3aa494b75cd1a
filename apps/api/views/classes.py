"""Classes, rosters, enrolments, training and results over REST."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.api.pagination import InFileOrder, NewestFirst
from apps.api.reading import found, known, valid
from apps.api.serializers import classes as shapes
from apps.api.serializers.claims import ClaimSerializer
from apps.api.views.cases import ActingView, CaseViewSet, DocumentsMixin, with_steps
from apps.apprentices import services
from apps.apprentices.models import Enrolment, RosterFile, TrainingClass
from apps.apprentices.roster.giving_back import article_finder, cells_of, reasons_of
from apps.apprentices.transitions import CLASS_TRANSITIONS, ENROLMENT_TRANSITIONS
from apps.core.clock import today
from apps.core.errors import Forbidden
from apps.payouts.services.settle_by_office import settle_by_office
from apps.plans.models import Course, Mentor, Plan
from apps.training.models import TrainingSession
from apps.training.services.complete_assessed import complete_assessed
from apps.training.services.record_result import ResultFacts, record_result
from apps.training.services.record_sessions import record_sessions
from apps.training.services.storing import SessionFacts


@with_steps(CLASS_TRANSITIONS)
class ClassViewSet(CaseViewSet):
    """Classes (班)."""

    label = "apprentices.trainingclass"
    narrowed_by = ("state", "plan")
    scope = "classes"
    serializer_class = shapes.ClassSerializer
    # Lists and steps answer without what is asked of the database for each class alone.
    detail_serializer_class = shapes.ClassDetailSerializer

    @extend_schema(request=shapes.ClassCreateSerializer, responses={201: shapes.ClassSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Open a class for a line of an approved plan."""
        data = valid(shapes.ClassCreateSerializer, request)
        plan = found(Plan.objects.visible_to(self.actor), data["plan"])
        line = found(plan.lines.all(), data["line"])

        def work() -> Response:
            opened = services.open_class(
                self.actor, plan, line, name=data["name"], starts_on=data["starts_on"], on=today()
            )
            shape = shapes.ClassSerializer(opened, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)

    @extend_schema(request=shapes.RegistrationSerializer, responses={201: shapes.EnrolmentSerializer})
    @action(detail=True, methods=["post"])
    def apprentices(self, request: Request, **_kwargs: Any) -> Response:
        """Register one apprentice."""
        training_class = self.get_object()
        data = valid(shapes.RegistrationSerializer, request)
        values = {**data, "insured_in_city": "是" if data["insured_in_city"] else "否"}

        def work() -> Response:
            enrolment = services.register_apprentice(self.actor, training_class, values, on=today())
            shape = shapes.EnrolmentSerializer(enrolment, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)

    @extend_schema(request=shapes.SettleSerializer, responses={201: ClaimSerializer})
    @action(detail=True, methods=["post"], access=access(Role.DISTRICT_REVIEWER))
    def settle(self, request: Request, **_kwargs: Any) -> Response:
        """Ask the advance of an ended class back that its enterprise did not settle in time."""
        training_class = self.get_object()
        data = valid(shapes.SettleSerializer, request)

        def work() -> Response:
            claim = settle_by_office(self.actor, training_class, reason=data["reason"], on=today())
            return Response(ClaimSerializer(claim, context=self.get_serializer_context()).data, status=201)

        return self.once(work)

    @extend_schema(request=shapes.RosterUploadSerializer, responses={202: shapes.RosterFileSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def rosters(self, request: Request, **_kwargs: Any) -> Response:
        """Hand in a roster file; it is read in the background (see `/rosters/{id}/`)."""
        training_class = self.get_object()
        data = valid(shapes.RosterUploadSerializer, request)

        def work() -> Response:
            roster = services.upload_roster(self.actor, training_class, data["file"], on=today())
            return Response(shapes.RosterFileSerializer(roster).data, status=202)

        return self.once(work)

    @extend_schema(responses=shapes.TeachingSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def courses(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The courses of the class's plan."""
        rows = Course.objects.filter(plan_id=self.get_object().plan_id).order_by("id")
        return Response([{"id": row.pk, "name": row.name, "side": row.place} for row in rows])

    @extend_schema(responses=shapes.TeachingSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def mentors(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The mentors and teachers of the class's plan."""
        rows = Mentor.objects.filter(plan_id=self.get_object().plan_id).order_by("id")
        return Response([{"id": row.pk, "name": row.name, "side": row.side} for row in rows])

    @extend_schema(request=shapes.CompletionSerializer, responses=shapes.CountSerializer)
    @action(detail=True, methods=["post"], url_path="complete-enrolments")
    def complete_enrolments(self, request: Request, **_kwargs: Any) -> Response:
        """Complete those of these enrolments whose result is in; for the enterprise."""
        training_class = self.get_object()
        data = valid(shapes.CompletionSerializer, request)
        return self.once(
            lambda: Response(
                {"count": complete_assessed(self.actor, training_class, on=today(), ids=data["enrolments"])}
            )
        )


@with_steps(ENROLMENT_TRANSITIONS, leave_out=frozenset({"enrol", "end_unassessed"}))
class EnrolmentViewSet(CaseViewSet):
    """Enrolment records (学籍)."""

    label = "apprentices.enrolment"
    narrowed_by = ("state", "training_class")
    scope = "classes"
    serializer_class = shapes.EnrolmentSerializer
    step_shapes = {
        **dict.fromkeys(("suspend", "resume", "withdraw", "complete"), shapes.StatusChangeSerializer),
        "transfer": shapes.TransferSerializer,
    }

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("person")

    @extend_schema(request=shapes.MobileSerializer, responses=shapes.EnrolmentSerializer)
    @action(detail=True, methods=["post"])
    def mobile(self, request: Request, **_kwargs: Any) -> Response:
        """Correct the mobile number of an apprentice who is trained; for the enterprise."""
        enrolment: Enrolment = self.get_object()
        data = valid(shapes.MobileSerializer, request)

        def work() -> Response:
            services.correct_mobile(self.actor, enrolment, data["mobile"], reason=data["reason"], on=today())
            shape = shapes.EnrolmentSerializer(self.get_object(), context=self.get_serializer_context())
            return Response(shape.data)

        return self.once(work)

    @extend_schema(request=shapes.ResultSerializer, responses=shapes.ResultSerializer)
    @action(detail=True, methods=["put"])
    def result(self, request: Request, **_kwargs: Any) -> Response:
        """Record the result of the assessment."""
        enrolment: Enrolment = self.get_object()
        data = valid(shapes.ResultSerializer, request)

        def work() -> Response:
            return Response(
                shapes.ResultSerializer(
                    record_result(self.actor, enrolment, ResultFacts(**data), on=today())
                ).data
            )

        return self.once(work)


class RosterFileViewSet(
    ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet
):
    """Roster files."""

    narrowed_by = ("state", "training_class")
    scope = "classes"
    serializer_class = shapes.RosterFileSerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return RosterFile.objects.none()
        return RosterFile.objects.visible_to(self.actor)

    @extend_schema(responses=shapes.RosterProblemSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=InFileOrder)
    def problems(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The rows that were not taken, in the order of the file, each with its reasons: for the enterprise.

        They name people who are in no class, whom nobody else has anything to do with.
        """
        roster_file = self.get_object()
        if not self.actor.is_enterprise:
            message = _(
                "Only the enterprise reads the rows to correct: they name people who are in no class."
            )
            raise Forbidden(message, code="not_with_you")
        article = article_finder(roster_file)
        page = self.paginate_queryset(roster_file.problems.all()) or []
        rows = [
            {
                "row": bad.row,
                "name": cells_of(bad)["name"],
                "problems": reasons_of(bad, article),
            }
            for bad in page
        ]
        return self.get_paginated_response(shapes.RosterProblemSerializer(rows, many=True).data)


class SessionViewSet(
    DocumentsMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet
):
    """Lessons and on-the-job sessions."""

    label = "training.trainingsession"
    narrowed_by = ("training_class",)
    scope = "training"
    serializer_class = shapes.SessionSerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return TrainingSession.objects.none()
        return TrainingSession.objects.visible_to(self.actor)

    @extend_schema(
        request=shapes.SessionsReportSerializer, responses={201: shapes.SessionSerializer(many=True)}
    )
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Record sessions of a class from the side of the token's role: all of them, or none."""
        data = valid(shapes.SessionsReportSerializer, request)
        training_class = found(TrainingClass.objects.visible_to(self.actor), data["training_class"])
        everybody = training_class.enrolments.filter(state="enrolled").values_list("pk", flat=True)
        courses = {row.pk: row for row in Course.objects.filter(plan_id=training_class.plan_id)}
        mentors = {row.pk: row for row in Mentor.objects.filter(plan_id=training_class.plan_id)}
        reports = [
            SessionFacts(
                course=known(courses, row["course"]),
                mentor=known(mentors, row["mentor"]),
                mode=row["mode"],
                starts_at=row["starts_at"],
                ends_at=row["ends_at"],
                topic=row["topic"],
                place=row["place"],
                attendance=dict.fromkeys(row.get("present", everybody)),
            )
            for row in data["sessions"]
        ]

        def work() -> Response:
            held = record_sessions(self.actor, training_class, reports, on=today())
            return Response(shapes.SessionSerializer(held, many=True).data, status=201)

        return self.once(work)
