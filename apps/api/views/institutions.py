"""The directory of institutions over REST: to be read, and a report to its keeper."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.api.pagination import NewestFirst
from apps.api.reading import valid
from apps.api.serializers.institutions import InstitutionSerializer, ReportSerializer
from apps.api.views.cases import ActingView
from apps.institutions.models import Institution
from apps.institutions.services.report import REPORTERS, report_institution


class ByKey(NewestFirst):
    """Whoever was registered last comes first."""

    ordering = "-pk"


class InstitutionViewSet(
    ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet
):
    """Training institutions (培训机构): the own one, those of the district or of the whole city."""

    scope = "plans"
    serializer_class = InstitutionSerializer
    pagination_class = ByKey
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Institution.objects.none()
        return Institution.objects.visible_to(self.actor).select_related("organisation")

    @extend_schema(request=ReportSerializer, responses=InstitutionSerializer)
    @action(detail=True, methods=["post"])
    @access(*REPORTERS)
    def report(self, request: Request, **_kwargs: Any) -> Response:
        """Report an institution of the own district to the city, which alone stops its training."""
        institution = self.get_object()
        data = valid(ReportSerializer, request)

        def work() -> Response:
            reported = report_institution(self.actor, institution, data["reason"])
            return Response(InstitutionSerializer(reported).data)

        return self.once(work)
