"""How the bank writes its answers: result files and statements, in the form that its profile declares."""

from collections.abc import Iterable, Sequence
from datetime import date
from xml.sax.saxutils import escape

from apps.banking.fake_bank.book import Book, Movement, Order
from apps.banking.formats.camt053 import NAMESPACE
from apps.banking.formats.profiles import Profile, Table
from apps.banking.formats.tables import write_csv
from apps.banking.formats.values import Value, plain_yuan


def result_file(profile: Profile, number: str, orders: Sequence[Order]) -> bytes:
    """The result file for these orders of a batch; its closing line is the sum of its lines."""
    words = {str(outcome): word for word, outcome in reversed(list(profile.status_words.items()))}
    lines: list[dict[str, Value]] = [
        {
            "position": order.position,
            "batch_number": number,
            "order_number": order.number,
            "payee_name": order.payee_name,
            "amount": order.amount_fen,
            "status": words[order.state],
            "serial": order.serial,
            "paid_on": date.fromisoformat(order.paid_on) if order.paid_on else None,
            "reason": order.reason,
        }
        for order in orders
    ]
    return write_csv(profile.result, {}, lines, _totals(number, orders))


def _totals(number: str, orders: Sequence[Order]) -> dict[str, Value]:
    def of(state: str) -> list[Order]:
        return [order for order in orders if order.state == state]

    def total(found: Iterable[Order]) -> int:
        return sum(order.amount_fen for order in found)

    return {
        "batch_number": number,
        "count": len(orders),
        "total": total(orders),
        "paid_count": len(of("paid")),
        "paid_total": total(of("paid")),
        "failed_count": len(of("failed")),
        "failed_total": total(of("failed")),
    }


def statement_file(profile: Profile, book: Book, account: str, from_day: date, to_day: date) -> bytes:
    """The statement of an account for some days."""
    movements = [
        movement
        for movement in book.movements
        if movement.account == account and from_day.isoformat() <= movement.day <= to_day.isoformat()
    ]
    movements.sort(key=lambda movement: (movement.day, movement.serial))
    opening = book.balance(account, before=from_day)
    number = f"{account[-4:]}-{from_day:%Y%m%d}-{to_day:%Y%m%d}"
    if isinstance(profile.statement, Table):
        return _table(profile.statement, number, account, from_day, to_day, opening, movements)
    return _message(number, account, from_day, to_day, opening, movements)


def _table(
    form: Table,
    number: str,
    account: str,
    from_day: date,
    to_day: date,
    opening: int,
    movements: Sequence[Movement],
) -> bytes:
    balance = opening
    lines: list[dict[str, Value]] = []
    for movement in movements:
        balance += movement.amount_fen
        lines.append(
            {
                "day": date.fromisoformat(movement.day),
                "serial": movement.serial,
                "debit": -movement.amount_fen if movement.amount_fen < 0 else None,
                "credit": movement.amount_fen if movement.amount_fen > 0 else None,
                "balance": balance,
                "counterparty_name": movement.counterparty_name,
                "counterparty_account": movement.counterparty_account,
                "reference": movement.reference,
            }
        )
    head: dict[str, Value] = {
        "statement_number": number,
        "account": account,
        "from_day": from_day,
        "to_day": to_day,
        "opening": opening,
    }
    trailer: dict[str, Value] = {
        "count": len(lines),
        "debit_total": sum(-m.amount_fen for m in movements if m.amount_fen < 0),
        "credit_total": sum(m.amount_fen for m in movements if m.amount_fen > 0),
        "closing": balance,
    }
    return write_csv(form, head, lines, trailer)


def _message(
    number: str, account: str, from_day: date, to_day: date, opening: int, movements: Sequence[Movement]
) -> bytes:
    closing = opening + sum(movement.amount_fen for movement in movements)
    total = sum(abs(movement.amount_fen) for movement in movements)
    made = f"{to_day.isoformat()}T23:59:59+08:00"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>',
        f"<GrpHdr><MsgId>{escape(number)}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>",
        f"<Stmt><Id>{escape(number)}</Id><CreDtTm>{made}</CreDtTm>",
        f"<FrToDt><FrDtTm>{from_day.isoformat()}T00:00:00+08:00</FrDtTm><ToDtTm>{made}</ToDtTm></FrToDt>",
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>",
        _balance("OPBD", opening, from_day),
        _balance("CLBD", closing, to_day),
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(movements)}</NbOfNtries>",
        f"<Sum>{plain_yuan(total)}</Sum></TtlNtries></TxsSummry>",
        *map(_entry, movements),
        "</Stmt></BkToCstmrStmt></Document>",
    ]
    return ("\n".join(parts) + "\n").encode("utf-8")


def _signed(fen: int) -> str:
    side = "CRDT" if fen >= 0 else "DBIT"
    return f'<Amt Ccy="CNY">{plain_yuan(abs(fen))}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _balance(code: str, fen: int, day: date) -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_signed(fen)}<Dt><Dt>{day.isoformat()}</Dt></Dt></Bal>"


def _entry(movement: Movement) -> str:
    side = "Dbtr" if movement.amount_fen > 0 else "Cdtr"
    party = f"<{side}><Pty><Nm>{escape(movement.counterparty_name)}</Nm></Pty></{side}>"
    if movement.counterparty_account:
        number = escape(movement.counterparty_account)
        party += f"<{side}Acct><Id><Othr><Id>{number}</Id></Othr></Id></{side}Acct>"
    ours = movement.amount_fen < 0 and movement.reference.isascii() and len(movement.reference) <= 35
    reference = escape(movement.reference)
    return (
        f"<Ntry>{_signed(movement.amount_fen)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{movement.day}</Dt></BookgDt><AcctSvcrRef>{movement.serial}</AcctSvcrRef>"
        "<BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{reference if ours else 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"<RltdPties>{party}</RltdPties><RmtInf><Ustrd>{reference}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
