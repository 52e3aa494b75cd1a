"""The directory of institutions over REST, to be read."""

from typing import Any

from rest_framework import mixins, viewsets

from apps.api.pagination import NewestFirst
from apps.api.serializers.institutions import InstitutionSerializer
from apps.api.views.cases import ActingView
from apps.institutions.models import Institution


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
