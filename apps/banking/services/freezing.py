"""The payment file of a batch: made from what is stored, made again to the byte, opened by finance."""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.banking.enums import FROZEN
from apps.banking.formats.contents import Payment, PaymentFile
from apps.banking.formats.profiles import profile
from apps.banking.formats.writing import write_payment_file
from apps.banking.models import PaymentBatch
from apps.core.errors import Conflict, Forbidden
from apps.core.files import open_file, store_bytes
from apps.core.models import StoredFile

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
}


# The fields of a `Payment`, in their order.
_OF_PAYMENT = (
    "position",
    "order_number",
    "payee_name",
    "order__account_number",
    "payee_bank",
    "payee_bank_code",
    "amount_fen",
    "purpose",
)


@dataclass(frozen=True, slots=True)
class Regenerated:
    """What making a file again brought: the digest of the frozen one and of the one made now."""

    frozen_sha256: str
    made_sha256: str
    stored_sha256: str
    form_changed: bool

    @property
    def same(self) -> bool:
        """Whether all three are the same bytes."""
        return self.frozen_sha256 == self.made_sha256 == self.stored_sha256


def payment_file_of(batch: PaymentBatch) -> PaymentFile:
    """What the file of a batch says."""
    rows = batch.entries.filter(live=True).order_by("position").values_list(*_OF_PAYMENT)
    return PaymentFile(
        number=batch.number,
        pay_on=batch.pay_on,
        payer_name=batch.payer_name,
        payer_account=batch.payer_account,
        payer_bank=batch.payer_bank,
        payer_bank_code=batch.payer_bank_code,
        payments=tuple(Payment(*row) for row in rows),
    )


def make_file(batch: PaymentBatch) -> bytes:
    """The bytes of a batch's file. Raises `FileRefused` for what the bank cannot carry."""
    return write_payment_file(profile(batch.profile_key), payment_file_of(batch))


def keep_file(batch: PaymentBatch, content: bytes) -> StoredFile:
    """Keep the file, encrypted on the disk."""
    ending = profile(batch.profile_key).ending
    return store_bytes(content, name=file_name(batch), media_type=MEDIA_TYPES[ending], sealed=True)


def file_name(batch: PaymentBatch) -> str:
    """How the file is named when it is taken to the bank."""
    return f"{batch.number}.{profile(batch.profile_key).ending}"


def regenerate(batch: PaymentBatch) -> Regenerated:
    """Make the file of a frozen batch again and compare it to the byte (I9)."""
    if batch.state not in FROZEN or batch.file is None:
        raise Conflict(_("There is no file before the second signature."), code="not_frozen")
    with open_file(batch.file) as stored:
        kept = hashlib.sha256(stored.read()).hexdigest()
    return Regenerated(
        frozen_sha256=batch.file_sha256,
        made_sha256=hashlib.sha256(make_file(batch)).hexdigest(),
        stored_sha256=kept,
        form_changed=profile(batch.profile_key).sha256 != batch.profile_sha256,
    )


@transaction.atomic
def open_payment_file(actor: Actor, batch: PaymentBatch) -> StoredFile:
    """The frozen file for whoever takes it to the bank; it shows account numbers, so it is logged.

    Raises `Forbidden` for anybody but finance, `Conflict` before the signature.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    if batch.state not in FROZEN or batch.file is None:
        raise Conflict(_("There is no file before the second signature."), code="not_frozen")
    log_access(actor, AccessAction.EXPORTED, batch, batch.number)
    return batch.file
