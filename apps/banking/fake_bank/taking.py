"""How the bank reads a payment file: by the declared form, with its own check of count and total."""

import io
from datetime import date
from typing import Any, cast

from apps.banking.formats.contents import Payment, PaymentFile
from apps.banking.formats.pain_rules import NAMESPACE, broken_rules
from apps.banking.formats.profiles import Profile, Table
from apps.banking.formats.tables import read_csv
from apps.banking.formats.values import read_amount, read_value


def read_payment_file(profile: Profile, content: bytes) -> PaymentFile:
    """The payments of a file. Raises FileRefused or ValueError for one that this bank cannot take."""
    if not isinstance(profile.payment, Table):
        return _from_message(content)
    if profile.payment.format == "xlsx":
        return _from_workbook(profile.payment, content)
    table = read_csv(profile.payment, content)
    return _assembled([line.values for line in table.lines], table.head, table.trailer)


def _from_workbook(form: Table, content: bytes) -> PaymentFile:
    from python_calamine import CalamineWorkbook

    rows: list[list[Any]] = (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    )
    if rows[0] != [column.title for column in form.columns] or rows[-1][0] != form.trailer[0].text:
        raise ValueError("the workbook has not the columns of this bank")
    if any(not isinstance(cell, str) for row in rows for cell in row):
        raise ValueError("the workbook has cells that are not texts")
    lines = [
        {c.field: read_value(form, c.field, text) for c, text in zip(form.columns, row, strict=True)}
        for row in rows[1:-1]
    ]
    trailer = {
        cell.field: read_value(form, cell.field, text)
        for cell, text in zip(form.trailer, rows[-1], strict=False)
        if cell.field
    }
    return _assembled(lines, {}, trailer)


def _assembled(lines: list[dict], head: dict, trailer: dict) -> PaymentFile:
    first = {**(lines[0] if lines else {}), **head}
    payments = tuple(
        Payment(
            position=line.get("position") or place,
            order_number=line["order_number"],
            payee_name=line["payee_name"],
            payee_account=line["payee_account"],
            payee_bank=line.get("payee_bank", ""),
            payee_bank_code=line.get("payee_bank_code", ""),
            amount_fen=line["amount"],
            purpose=line.get("purpose", ""),
        )
        for place, line in enumerate(lines, start=1)
    )
    file = PaymentFile(
        number=first["batch_number"],
        pay_on=cast("date", first["pay_on"]),
        payer_name=first.get("payer_name", ""),
        payer_account=first.get("payer_account", ""),
        payer_bank="",
        payer_bank_code="",
        payments=payments,
    )
    if (trailer["count"], trailer["total"]) != (file.count, file.total_fen):
        raise ValueError("count or total of the file are not those of its lines")
    return file


def _from_message(content: bytes) -> PaymentFile:
    from defusedxml.ElementTree import fromstring

    broken = broken_rules(content)
    if broken:
        raise ValueError("; ".join(broken))
    space = {"p": NAMESPACE}
    root = fromstring(content, forbid_dtd=True)

    def text(element: Any, path: str) -> str:
        return element.findtext("/".join(f"p:{part}" for part in path.split("/")), "", space)

    information = root.find("p:CstmrCdtTrfInitn/p:PmtInf", space)
    payments = tuple(
        Payment(
            position=int(text(found, "PmtId/InstrId")),
            order_number=text(found, "PmtId/EndToEndId"),
            payee_name=text(found, "Cdtr/Nm"),
            payee_account=text(found, "CdtrAcct/Id/Othr/Id"),
            payee_bank=text(found, "CdtrAgt/FinInstnId/Nm"),
            payee_bank_code=text(found, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
            amount_fen=read_amount(text(found, "Amt/InstdAmt")),
            purpose=text(found, "RmtInf/Ustrd"),
        )
        for found in information.findall("p:CdtTrfTxInf", space)
    )
    return PaymentFile(
        number=text(information, "PmtInfId"),
        pay_on=date.fromisoformat(text(information, "ReqdExctnDt/Dt")),
        payer_name=text(information, "Dbtr/Nm"),
        payer_account=text(information, "DbtrAcct/Id/Othr/Id"),
        payer_bank=text(information, "DbtrAgt/FinInstnId/Nm"),
        payer_bank_code=text(information, "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
        payments=payments,
    )
