"""Background work over REST: whoever asked for it sees how far it is."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.api.reading import found
from apps.api.serializers.reconciliation import JobSerializer
from apps.api.views.cases import ActingView
from apps.core import jobs
from apps.core.models import Job
from apps.reconciliation.services.reconcile import RUN


class JobViewSet(ActingView, viewsets.GenericViewSet):
    """Work that goes on in the background: long result files, reconciliations."""

    access = access(Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER)
    scope = "payments"
    serializer_class = JobSerializer
    lookup_value_converter = "int"
    queryset = Job.objects.none()

    @extend_schema(responses=JobSerializer, filters=False)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """How far it is; at its end its result, or why there is none.

        Shown is what this very member asked for; a reconciliation, which is one for all, to everybody here.
        """
        own = Q(started_by_id=self.actor.user_id, params__membership=self.actor.membership_id)
        return Response(job_answer(found(Job.objects.filter(own | Q(kind=RUN)), kwargs["pk"])))


def job_answer(job: Job) -> dict[str, Any]:
    """A job as the interface shows it."""
    progress = jobs.progress(job)
    shape = {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "done": progress.done,
        "total": progress.total,
        "note": progress.note,
        "result": job.result,
        "error": job.error,
    }
    return dict(JobSerializer(shape).data)
