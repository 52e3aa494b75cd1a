"""What the other floors and the doors know of training: its kind of file and the colours of its words."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import ClassState
from apps.casework import subjects
from apps.core import tones
from apps.training.checks import side_of
from apps.training.enums import DisputeState, EvidenceKind, Result
from apps.training.models import TrainingSession


def announce() -> None:
    """Register sessions as files that take evidence; nothing is decided on them, so they have no table."""
    subjects.register(
        subjects.Subject(
            label="training.trainingsession",
            name=_("Training session"),
            portal_url="portal:training_session",
            document_kinds=EvidenceKind.choices,
            takes_documents=takes_evidence,
            file_kinds={EvidenceKind.VIDEO: ("mp4",)},
        )
    )
    tones.register({Result.PASSED: "good", Result.FAILED: "bad"})
    tones.register(
        {DisputeState.OPEN: "warn", DisputeState.UPHELD: "good", DisputeState.DISMISSED: "neutral"},
        of="training.dispute.state",
    )


def takes_evidence(session: TrainingSession, actor: Actor) -> bool:
    """The side that recorded a session adds and removes its evidence, as long as session and class stand."""
    return (
        side_of(actor) == session.side
        and session.cancelled_at is None
        and session.training_class.state in (ClassState.OPEN, ClassState.COMPLETED)
    )
