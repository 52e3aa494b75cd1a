"""ISO 20022 pain.001.001.09, customer credit transfer initiation.

The message is built by hand, element by element in the order of the schema, and then held against the
schema's rules (`pain_rules`). Its creation time is the day of payment: the same batch gives the same bytes.
"""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from apps.banking.formats.contents import Payment, PaymentFile
from apps.banking.formats.pain_rules import NAMESPACE, broken_rules
from apps.banking.formats.profiles import Message
from apps.banking.formats.refusals import at, refuse
from apps.banking.formats.values import plain_yuan
from apps.core.errors import Problem

_IDENTIFIER = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}")
CLEARING_SYSTEM = "CNAPS"


def problems_of_message(form: Message, payment: Payment) -> Iterator[Problem]:
    """Why a payment cannot stand in the message."""
    if _IDENTIFIER.fullmatch(payment.order_number) is None:
        yield Problem("order_number", _("The order number does not fit EndToEndId (35 plain characters)."))
    for field, limit in (("payee_name", form.names_max), ("payee_bank", 140), ("purpose", 140)):
        text = getattr(payment, field)
        if not text or len(text) > limit:
            message = _("“%(text)s” has to have 1 to %(limit)s characters in this message.")
            yield Problem("too_long", message % {"text": text[:40], "limit": limit}, field=field)
        if text != text.strip() or any(ord(c) < 32 or c in "\ufffe\uffff\ufeff" for c in text):
            yield Problem("disturbs", _("A text holds characters that XML does not carry."), field=field)


def write_message(file: PaymentFile) -> bytes:
    """The bytes of the message. Raises FileRefused where it would break a rule of the schema."""
    content = _document(file).encode("utf-8")
    broken = broken_rules(content)
    if broken:
        raise refuse(at(None, "schema", rule) for rule in broken)
    return content


def _element(name: str, *inside: str) -> str:
    return f"<{name}>{''.join(inside)}</{name}>"


def _text(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


def _document(file: PaymentFile) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="{NAMESPACE}">',
        "<CstmrCdtTrfInitn>",
        _group_header(file),
        _payment_information(file),
        *(_transaction(payment) for payment in file.payments),
        "</PmtInf>",
        "</CstmrCdtTrfInitn>",
        "</Document>",
    ]
    return "\n".join(lines) + "\n"


def _group_header(file: PaymentFile) -> str:
    return _element(
        "GrpHdr",
        _text("MsgId", file.number),
        _text("CreDtTm", f"{file.pay_on.isoformat()}T00:00:00+08:00"),
        _text("NbOfTxs", str(file.count)),
        _text("CtrlSum", plain_yuan(file.total_fen)),
        _element("InitgPty", _text("Nm", file.payer_name)),
    )


def _payment_information(file: PaymentFile) -> str:
    return "<PmtInf>" + "".join(
        (
            _text("PmtInfId", file.number),
            _text("PmtMtd", "TRF"),
            _text("BtchBookg", "false"),
            _text("NbOfTxs", str(file.count)),
            _text("CtrlSum", plain_yuan(file.total_fen)),
            _element("ReqdExctnDt", _text("Dt", file.pay_on.isoformat())),
            _element("Dbtr", _text("Nm", file.payer_name)),
            _account("DbtrAcct", file.payer_account),
            _agent("DbtrAgt", file.payer_bank, file.payer_bank_code),
            _text("ChrgBr", "DEBT"),
        )
    )


def _transaction(payment: Payment) -> str:
    amount = f'<InstdAmt Ccy="CNY">{plain_yuan(payment.amount_fen)}</InstdAmt>'
    return _element(
        "CdtTrfTxInf",
        _element("PmtId", _text("InstrId", str(payment.position)), _text("EndToEndId", payment.order_number)),
        _element("Amt", amount),
        _agent("CdtrAgt", payment.payee_bank, payment.payee_bank_code),
        _element("Cdtr", _text("Nm", payment.payee_name)),
        _account("CdtrAcct", payment.payee_account),
        _element("RmtInf", _text("Ustrd", payment.purpose)),
    )


def _account(name: str, number: str) -> str:
    return _element(name, _element("Id", _element("Othr", _text("Id", number))), _text("Ccy", "CNY"))


def _agent(name: str, bank: str, code: str) -> str:
    member = ""
    if code:
        member = _element(
            "ClrSysMmbId", _element("ClrSysId", _text("Prtry", CLEARING_SYSTEM)), _text("MmbId", code)
        )
    return _element(name, _element("FinInstnId", member, _text("Nm", bank)))
