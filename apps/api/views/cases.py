"""What all cases share over REST: reading in pages, steps as actions, history, documents."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import access
from apps.accounts.actors import Actor
from apps.accounts.roles import ADMINISTRATORS, PEOPLE
from apps.api.idempotency import key_of, once
from apps.api.pagination import NewestFirst
from apps.api.reading import valid
from apps.api.serializers.common import (
    DocumentSerializer,
    HistorySerializer,
    StepSerializer,
    UploadSerializer,
)
from apps.casework import requests, subjects
from apps.casework.engine import Opinion
from apps.casework.models import CaseDocument, History
from apps.casework.services.documents import add_document
from apps.casework.transitions import TransitionTable
from apps.core.clock import today
from apps.core.errors import Forbidden

_OF_EVERY_STEP = frozenset(StepSerializer._declared_fields)


class ActingView(viewsets.GenericViewSet):
    """Who acts, and how an unsafe request is done once."""

    access = access.access(*(PEOPLE - ADMINISTRATORS))
    # The fields by which a program narrows the list.
    narrowed_by: tuple[str, ...] = ()
    money_actions: frozenset[str] = frozenset()
    # Without TRACE: an action of that name would answer it.
    http_method_names = ["get", "post", "put", "head", "options"]

    @property
    def actor(self) -> Actor:
        return self.request._request.actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whoever may send it is told of a missing key first: nothing is looked up for a request without."""
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            key_of(request, required=self.moves_money())

    def moves_money(self) -> bool:
        """Whether the operation asks for an idempotency key."""
        return getattr(self, "action", "") in self.money_actions

    def once(self, work: Callable[[], Response]) -> Response:
        """Do the work once per idempotency key."""
        return once(self.request, work, required=self.moves_money())


class DocumentsMixin(ActingView):
    """The documents of anything that takes some."""

    label: str = ""

    @extend_schema(methods=["GET"], responses=DocumentSerializer(many=True), filters=False)
    @extend_schema(methods=["POST"], request=UploadSerializer, responses={201: DocumentSerializer})
    @action(detail=True, methods=["get", "post"], pagination_class=None, parser_classes=[MultiPartParser])
    def documents(self, request: Request, **_kwargs: Any) -> Response:
        """The documents of a case; POST hands one in while the case is with the applicant."""
        case = self.get_object()
        if request.method == "GET":
            rows = CaseDocument.objects.of(case).select_related("file")
            return Response(DocumentSerializer(rows, many=True).data)
        data = valid(UploadSerializer, request)
        subject = subjects.get(self.label)
        if not self._takes(case, subject):
            raise Forbidden(
                _("The file is not with you now, so nothing can be added to it."), code="not_with_you"
            )
        if data["kind"] not in dict(subject.document_kinds):
            message = _("This file takes no documents of that kind, but of these: %(kinds)s.")
            kinds = ", ".join(kind for kind, _label in subject.document_kinds)
            raise Forbidden(message % {"kinds": kinds}, code="not_with_you")

        def work() -> Response:
            document = add_document(self.actor, case, kind=data["kind"], upload=data["file"])
            return Response(DocumentSerializer(document).data, status=201)

        return self.once(work)

    def _takes(self, case: Any, subject: subjects.Subject) -> bool:
        if subject.takes_documents is not None:
            return bool(subject.takes_documents(case, self.actor))
        working = subject.table.working if subject.table else {}
        return self.actor.role in working.get(case.state, ())


class CaseViewSet(DocumentsMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Read the cases that the token's role may see; `steps` names what it could do now.

    `detail_serializer_class` is the shape of a case that is read by itself, where that says more;
    `step_shapes` are those of the steps that take more than every step does, by action.
    """

    pagination_class = NewestFirst
    lookup_value_converter = "int"
    detail_serializer_class: Any = None
    step_shapes: Mapping[str, type[StepSerializer]] = {}

    def get_serializer_class(self) -> Any:
        if self.action == "retrieve" and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def get_queryset(self) -> Any:
        model = subjects.get(self.label).model
        if getattr(self, "swagger_fake_view", False):
            return model.objects.none()
        return model.objects.visible_to(self.actor)

    def take(self, name: str) -> Response:
        """Take a step of the transition table through the subject's service."""
        case = self.get_object()
        data = valid(self.step_shapes.get(name, StepSerializer), self.request)

        def work() -> Response:
            opinion = Opinion(
                reason=data["reason"],
                checklist=data["checklist"],
                deficiencies=data["deficiencies"],
                version=data["version"],
                extra={key: value for key, value in data.items() if key not in _OF_EVERY_STEP},
            )
            done = requests.take_step(self.actor, case, name, opinion, on=today())
            fresh = self.get_queryset().get(pk=done.pk)
            return Response(self.get_serializer_class()(fresh, context=self.get_serializer_context()).data)

        return self.once(work)

    @extend_schema(responses=HistorySerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def history(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """Every change of state, oldest first."""
        rows = History.objects.of(self.get_object()).select_related("person")
        return Response(HistorySerializer(rows, many=True).data)


def with_steps(table: TransitionTable, *, leave_out: frozenset[str] = frozenset()) -> Callable[[Any], Any]:
    """Give a viewset one POST operation for each action of a transition table."""

    def add(viewset: Any) -> Any:
        money = set(viewset.money_actions)
        for name in table.actions():
            if name in leave_out:
                continue
            rows = table.named(name)
            if any(row.money for row in rows):
                money.add(f"step_{name}")
            operation: Any = _operation(viewset, name, str(rows[0].label))
            # Whose step it is stands in the table; the permission matrix reads it from here.
            operation.access = access.access(*{role for row in rows for role in row.roles})
            setattr(viewset, f"step_{name}", operation)
        viewset.money_actions = frozenset(money)
        return viewset

    return add


def _operation(viewset: Any, name: str, label: str) -> Callable:
    def step(self: Any, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG001 - the framework's signature
        return self.take(name)

    step.__name__ = f"step_{name}"
    step.__qualname__ = f"{viewset.__name__}.step_{name}"
    step.__doc__ = f"{label} (`{name}`)."
    path = name.replace("_", "-")
    routed = action(detail=True, methods=["post"], url_path=path, url_name=path)(step)
    # Outermost: `action` would put its own settings in the place of the description.
    shape = viewset.step_shapes.get(name, StepSerializer)
    described: Callable = extend_schema(request=shape, responses=viewset.serializer_class)(routed)
    return described
