"""Payment files and bank answers for tests of the forms; nothing here touches the database."""

from collections.abc import Sequence
from datetime import date

from apps.banking.fake_bank import FakeBank
from apps.banking.formats.contents import Expected, Payment, PaymentFile
from apps.banking.formats.profiles import Profile, all_profiles
from apps.banking.formats.writing import write_payment_file

PAY_ON = date(2023, 3, 15)
PAYER = "11001018500053001234"
KEYS = [profile.key for profile in all_profiles()]


def payment(position: int = 1, *, name: str = "北京甲乙科技有限公司", fen: int = 0) -> Payment:
    """A payment like those of a batch; every amount is another one."""
    return Payment(
        position=position,
        order_number=f"BT2023110105{position:06d}-1",
        payee_name=name,
        payee_account=f"62220000{position:011d}",
        payee_bank="中国工商银行北京朝阳支行",
        payee_bank_code="102100000030",
        amount_fen=fen or 800_000 + position,
        purpose="新型学徒制培训补贴",
    )


def payment_file(payments: Sequence[Payment] | int = 3) -> PaymentFile:
    """A file of these payments, or of so many."""
    if isinstance(payments, int):
        payments = [payment(place) for place in range(1, payments + 1)]
    return PaymentFile(
        number="ZF2023110105000001",
        pay_on=PAY_ON,
        payer_name="北京市朝阳区财政局",
        payer_account=PAYER,
        payer_bank="北京银行朝阳支行",
        payer_bank_code="313100000013",
        payments=tuple(payments),
    )


def expected(file: PaymentFile) -> dict[str, Expected]:
    """What a result of the file may say."""
    return {row.order_number: Expected(row.position, row.payee_name, row.amount_fen) for row in file.payments}


def bank_with(profile: Profile, file: PaymentFile, **settling: object) -> FakeBank:
    """A bank that took the file and settled it on its day."""
    bank = FakeBank(profile)
    bank.take(write_payment_file(profile, file))
    bank.settle(file.number, file.pay_on, **settling)
    return bank
