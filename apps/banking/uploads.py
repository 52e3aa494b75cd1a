"""A bank's file as it comes in with a form: its bytes, whatever they are; the readers judge them."""

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.files import clean_name

FILE_BYTES_MAX = 20 * 1024 * 1024


def read_upload(uploaded: UploadedFile) -> tuple[bytes, str]:
    """The content and the name of an uploaded file. Raises InvalidInput for an empty or a huge one."""
    if not uploaded.size:
        raise InvalidInput(_("The file is empty. Choose the file again."), code="file_empty")
    if uploaded.size > FILE_BYTES_MAX:
        message = _(
            "The file is larger than %(limit)s MB. Choose the bank's file, or ask the bank for fewer days"
            " in one."
        )
        raise InvalidInput(message % {"limit": FILE_BYTES_MAX // 1024 // 1024}, code="file_too_large")
    return b"".join(uploaded.chunks()), clean_name(uploaded.name or "bank.csv")
