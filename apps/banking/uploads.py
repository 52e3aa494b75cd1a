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
        raise InvalidInput(_("The file is too large for a file of a bank."), code="file_too_large")
    return b"".join(uploaded.chunks()), clean_name(uploaded.name or "bank.csv")
