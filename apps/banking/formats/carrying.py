"""What a bank's payment file cannot carry: refused where it is entered, never altered on the way."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.banking.formats.contents import Payment, PaymentFile
from apps.banking.formats.pain001 import problems_of_message
from apps.banking.formats.profiles import Column, Profile, Table
from apps.banking.formats.writing import values_of
from apps.core.errors import Problem

_TEXTS = ("order_number", "payee_name", "payee_account", "payee_bank", "payee_bank_code", "purpose")


def problems_of(profile: Profile, payment: Payment) -> list[Problem]:
    """Why this bank's file could not carry this payment as it is; empty where it can."""
    found = list(_of_every_bank(payment))
    if isinstance(profile.payment, Table):
        for column in profile.payment.columns:
            if column.field in _TEXTS:
                found += _of_column(profile, profile.payment, column, str(getattr(payment, column.field)))
    else:
        found += problems_of_message(profile.payment, payment)
    return found


def problems_of_file(profile: Profile, file: PaymentFile) -> list[Problem]:
    """Why the whole file could not be written: every payment's problems, with its place in the file."""
    found = [
        Problem(problem.code, f"{payment.order_number}: {problem.message}", row=payment.position)
        for payment in file.payments
        for problem in problems_of(profile, payment)
    ]
    if isinstance(profile.payment, Table):
        head = values_of(file)
        for cell in profile.payment.head:
            if cell.field and isinstance(head[cell.field], str):
                column = Column(cell.field, cell.field)
                found += _of_column(profile, profile.payment, column, str(head[cell.field]))
    return found


def _of_every_bank(payment: Payment) -> Iterator[Problem]:
    if payment.amount_fen <= 0:
        yield Problem("amount", _("A payment is at least one fen."))
    if not payment.payee_account.isascii() or not payment.payee_account.isdigit():
        yield Problem("payee_account", _("The payee's account has digits only."))


def _of_column(profile: Profile, form: Table, column: Column, text: str) -> Iterator[Problem]:
    title = column.title
    if not text:
        if not column.blank:
            yield Problem("blank", _("“%(column)s” is empty.") % {"column": title}, field=column.field)
        return
    try:
        size = len(text.encode(form.encoding))
    except UnicodeEncodeError as error:
        yield Problem(
            "not_in_encoding",
            _(
                "%(bank)s cannot carry “%(character)s” in “%(column)s”: its files are in %(encoding)s."
                " Choose a bank that can, or have the enterprise give the name as its bank writes it."
            )
            % {
                "bank": profile.name,
                "character": text[error.start],
                "column": title,
                "encoding": form.encoding.upper(),
            },
            field=column.field,
        )
        return
    if column.bytes_max and size > column.bytes_max:
        message = _("“%(column)s” is longer than the %(limit)s bytes that %(bank)s takes.")
        yield Problem(
            "too_long",
            message % {"column": title, "limit": column.bytes_max, "bank": profile.name},
            field=column.field,
        )
    separates = form.delimiter if form.format == "csv" else ""
    # Nearly every text: what is printable holds nothing that disturbs but quotes and separators.
    apart = not separates or separates not in text
    if apart and text.isprintable() and text == text.strip() and '"' not in text:
        return
    if text != text.strip() or any(_disturbs(character, separates) for character in text):
        message = _("“%(column)s” holds characters that %(bank)s takes for something else: “%(text)s”.")
        yield Problem(
            "disturbs",
            message % {"column": title, "bank": profile.name, "text": text[:40]},
            field=column.field,
        )


def _disturbs(character: str, separates: str) -> bool:
    return ord(character) < 32 or character in ('"', "\x7f", "\ufeff", "\u2028", "\u2029", separates)
