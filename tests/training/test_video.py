"""A video proves a session: taken as MP4 only, kept as it is, given back as a download."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.models import Membership
from apps.casework.models import CaseDocument
from apps.casework.services.documents import add_document
from apps.core.errors import InvalidInput
from tests.factories import accounts, training

pytestmark = pytest.mark.django_db
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 64
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x00\x00\x01" * 2 + b"\x00" * 8


@pytest.fixture
def of():
    return training.training(people=1)


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def browser(of):
    return accounts.client_of(Membership.objects.get(pk=of.clerk.membership_id))


def test_a_video_is_handed_in_and_comes_back_as_a_download_that_nothing_guesses_about(of):
    session = training.hold(of)
    client = browser(of)
    page = client.get(reverse("portal:training_session", args=[session.pk])).content.decode()
    assert ".mp4" in page
    assert "50 MB" in page
    label = "training.trainingsession"
    url = reverse("portal:case_upload", args=[label, session.pk])
    client.post(url, {"kind": "video", "file": upload(MP4, "课堂.mp4")})
    document = CaseDocument.objects.of(session).get()
    answer = client.get(reverse("portal:case_document", args=[label, session.pk, document.pk]))
    assert b"".join(answer.streaming_content) == MP4
    assert answer["Content-Type"] == "video/mp4"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Accept-Ranges"] == "none"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("kind", "content", "name"),
    [
        ("video", b"MZ" + b"\x00" * 64, "课堂.mp4"),
        ("video", PNG, "课堂.png"),
        ("photo", MP4, "课堂.mp4"),
    ],
)
def test_what_is_no_video_is_no_video_and_a_photo_is_none_either(of, kind, content, name):
    with pytest.raises(InvalidInput):
        add_document(of.clerk, training.hold(of), kind=kind, upload=upload(content, name))


def test_a_video_has_a_limit_of_its_own(of, settings):
    settings.UPLOAD_MAX_BYTES = 10
    settings.VIDEO_MAX_BYTES = len(MP4)
    session = training.hold(of)
    add_document(of.clerk, session, kind="video", upload=upload(MP4, "a.mp4"))
    with pytest.raises(InvalidInput) as refused:
        add_document(of.clerk, session, kind="video", upload=upload(MP4 + b"\x00", "b.mp4"))
    assert refused.value.code == "file_too_large"
