"""`manage.py fake_bank`: a bank to play with. It takes payment files and gives results and statements."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.banking.fake_bank import FakeBank, Refusal
from apps.banking.fake_bank.bank import FAULTS
from apps.banking.fake_bank.book import default_path
from apps.banking.formats.profiles import profile
from apps.core.clock import today
from apps.core.errors import ShituError
from apps.core.money import parse_yuan, yuan


class Command(BaseCommand):
    help = "A bank with a book of its own: takes payment files, answers with result files and statements."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--profile", default="city-commercial", help="the bank (fixtures/banks)")
        parser.add_argument(
            "--book", type=Path, help="its book; default: fake_bank/<profile>.json beside media"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--on", type=date.fromisoformat, help="the day it acts on; default: today")
        verbs = parser.add_subparsers(dest="verb", required=True)
        take = verbs.add_parser("take", help="take a payment file in")
        take.add_argument("file", type=Path)
        settle = verbs.add_parser("settle", help="pay or refuse what is open in a batch")
        settle.add_argument("batch")
        settle.add_argument("--fail", action="append", default=[], metavar="ORDER=REASON")
        settle.add_argument("--fail-share", type=float, default=0.0)
        settle.add_argument("--pending-share", type=float, default=0.0)
        settle.add_argument("--as-one-sum", action="store_true", help="book all that is paid as one movement")
        result = verbs.add_parser("result", help="write the result file of a batch")
        result.add_argument("batch")
        result.add_argument("out", type=Path)
        result.add_argument("--share", type=float, default=1.0, help="only the first share of its orders")
        result.add_argument("--fault", choices=FAULTS, default="")
        statement = verbs.add_parser("statement", help="write the statement of an account")
        statement.add_argument("account")
        statement.add_argument("out", type=Path)
        statement.add_argument("--from", dest="from_day", type=date.fromisoformat, required=True)
        statement.add_argument("--to", dest="to_day", type=date.fromisoformat, required=True)
        receive = verbs.add_parser("receive", help="money comes in")
        receive.add_argument("account")
        receive.add_argument("amount", help="in yuan")
        receive.add_argument("--payer", default="")
        receive.add_argument("--reference", default="")
        back = verbs.add_parser("return", help="send payments back that had been made, in one movement")
        back.add_argument("order", nargs="+")
        back.add_argument("--fee", default="0", help="what the bank keeps of it, in yuan")
        verbs.add_parser("show", help="the accounts and batches in its book")
        opened = verbs.add_parser("open", help="open an account with money on it")
        opened.add_argument("account")
        opened.add_argument("amount", help="in yuan")
        opened.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["book"] or default_path(options["profile"])
        try:
            bank = FakeBank(profile(options["profile"]), path, seed=options["seed"])
            said = getattr(self, f"_{options['verb']}")(bank, options["on"] or today(), options)
        except (Refusal, ShituError, ValueError, KeyError, OSError) as error:
            raise CommandError(f"The bank refuses: {error}") from error
        self.stdout.write(said)

    def _take(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        number = bank.take(options["file"].read_bytes())
        orders = bank.book.of_batch(number)
        total = yuan(sum(order.amount_fen for order in orders))
        return f"{number}: {len(orders)} payments, {total} yuan"

    def _settle(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        if any("=" not in pair for pair in options["fail"]):
            raise Refusal("say ORDER=REASON with --fail")
        failures = dict(pair.split("=", 1) for pair in options["fail"])
        strange = sorted(set(failures) - {order.number for order in bank.book.of_batch(options["batch"])})
        if strange:
            raise Refusal(f"batch {options['batch']} has no order {', '.join(strange)}")
        orders = bank.settle(
            options["batch"],
            on,
            failures=failures,
            fail_share=options["fail_share"],
            pending_share=options["pending_share"],
            as_one_sum=options["as_one_sum"],
        )
        counts = {
            state: sum(order.state == state for order in orders) for state in ("paid", "failed", "pending")
        }
        return ", ".join(f"{state} {count}" for state, count in counts.items())

    def _result(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        content = bank.result(options["batch"], share=options["share"], fault=options["fault"])
        return _written(options["out"], content)

    def _statement(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        content = bank.statement(options["account"], options["from_day"], options["to_day"])
        return _written(options["out"], content)

    def _receive(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        fen = parse_yuan(options["amount"])
        bank.require_account(options["account"])
        movement = bank.receive(
            options["account"], fen, on, payer=options["payer"], reference=options["reference"]
        )
        return movement.serial

    def _return(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        numbers, fee_fen = options["order"], parse_yuan(options["fee"])
        if len(numbers) == 1 and not fee_fen:
            return bank.give_back(numbers[0], on).serial
        return bank.give_back_together(numbers, on, fee_fen=fee_fen).serial

    def _show(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        lines = [
            f"account {number} {about['name']}: {yuan(bank.book.balance(number))} yuan"
            for number, about in bank.book.accounts.items()
        ]
        for batch in dict.fromkeys(order.batch for order in bank.book.orders.values()):
            orders = bank.book.of_batch(batch)
            states = ", ".join(f"{order.number} {order.state}" for order in orders[:10])
            lines.append(f"batch {batch}, {len(orders)} payments: {states}")
        return "\n".join(lines) or "The book is empty: take a payment file in, or open an account."

    def _open(self, bank: FakeBank, on: date, options: dict[str, Any]) -> str:
        bank.open_account(options["account"], options["name"], parse_yuan(options["amount"]))
        return yuan(bank.book.balance(options["account"]))


def _written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return f"{path}: {len(content)} bytes"
