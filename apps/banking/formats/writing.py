"""Payment files: one writer for every profile, the same bytes for the same payments."""

from apps.banking.formats.contents import PaymentFile
from apps.banking.formats.pain001 import write_message
from apps.banking.formats.profiles import Profile, Table
from apps.banking.formats.refusals import refuse
from apps.banking.formats.sheets import write_xlsx
from apps.banking.formats.tables import write_csv
from apps.banking.formats.values import Value


def write_payment_file(profile: Profile, file: PaymentFile) -> bytes:
    """The payment file for a bank. Raises FileRefused for what its form cannot carry."""
    from apps.banking.formats.carrying import problems_of_file

    problems = problems_of_file(profile, file)
    if problems:
        raise refuse(problems)
    if not isinstance(profile.payment, Table):
        return write_message(file)
    head = values_of(file)
    lines = [_values_of_payment(file, place) for place in range(file.count)]
    write = write_xlsx if profile.payment.format == "xlsx" else write_csv
    return write(profile.payment, head, lines, head)


def values_of(file: PaymentFile) -> dict[str, Value]:
    """What head and closing lines may name."""
    return {
        "batch_number": file.number,
        "pay_on": file.pay_on,
        "payer_name": file.payer_name,
        "payer_account": file.payer_account,
        "payer_bank": file.payer_bank,
        "count": file.count,
        "total": file.total_fen,
        "currency": "CNY",
    }


def _values_of_payment(file: PaymentFile, place: int) -> dict[str, Value]:
    payment = file.payments[place]
    return {
        "position": payment.position,
        "batch_number": file.number,
        "order_number": payment.order_number,
        "payee_name": payment.payee_name,
        "payee_account": payment.payee_account,
        "payee_bank": payment.payee_bank,
        "payee_bank_code": payment.payee_bank_code,
        "amount": payment.amount_fen,
        "currency": "CNY",
        "pay_on": file.pay_on,
        "payer_account": file.payer_account,
        "payer_name": file.payer_name,
        "purpose": payment.purpose,
    }
