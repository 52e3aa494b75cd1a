"""What rules match without a person: set-based where there may be many; charges and interest one by one."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from apps.banking.enums import MatchKind
from apps.banking.formats.profiles import all_profiles
from apps.banking.models import PayingAccount, StatementLine, StatementMatch
from apps.ledger import services as ledger
from apps.ledger.models import Fund
from apps.ledger.services import LegSpec, credit, debit
from apps.reconciliation.periods import posting_day
from apps.reconciliation.rules import Rules
from apps.reconciliation.sql import statements

_RULES = ("rule_by_hand", "rule_receipts", "rule_returns", "rule_documents")


def words_of(rules: Rules) -> dict[str, Any]:
    """The words of every bank, as the statements take them."""
    profiles = [profile.key for profile in all_profiles()]
    return {
        "profiles": profiles,
        "charges": rules.charge.patterns(profiles),
        "interests": rules.interest.patterns(profiles),
        "bank_words": "|".join(rules.bank_words),
        "charge_limit": rules.charge.limit_fen,
        "interest_limit": rules.interest.limit_fen,
    }


def match_by_rule(rules: Rules, *, on: date) -> int:
    """Explain every movement that a rule explains; returns how many. Safe to run again: each counts once."""
    found = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for name in _RULES:
            cursor.execute(statements(name))
            found += cursor.rowcount
        cursor.execute(statements("rule_worded"), words_of(rules))
        worded = cursor.fetchall()
    for pk, rule in worded:
        found += book_by_rule(pk, rule, on=on)
    return found


def book_by_rule(line_id: int, rule: str, *, on: date) -> bool:
    """Book a charge or interest of the bank and match its movement; False where it is explained already."""
    with transaction.atomic():
        line = StatementLine.objects.get(pk=line_id)
        # The account is what everybody locks who explains a movement.
        account = PayingAccount.objects.select_for_update(of=("self",)).get(pk=line.paying_account_id)
        if StatementMatch.objects.filter(line=line).exists():
            return False
        fund = account.fund_id or Fund.objects.values_list("pk", flat=True).first() or ""
        posted = ledger.post(
            f"line:{line.pk}:{rule}",
            posting_day(line.booked_on, on),
            f"bank_{rule}",
            line.reference[:500],
            legs_of(rule, line, fund, account.district_id or ""),
            subject_type="banking.statementline",
            subject_id=line.pk,
        )
        StatementMatch.objects.create(line=line, kind=MatchKind.POSTING, transaction=posted, rule=rule)
    return True


# The account on the other side of cash, by what a movement is.
OTHER_SIDE = {
    "charge": "bank_charges",
    "interest": "bank_interest",
    "suspense_in": "unidentified",
    "suspense_out": "suspense",
}


def legs_of(what: str, line: StatementLine, fund: str, district: str) -> list[LegSpec]:
    """Cash against the account that fits; money in debits cash, money out credits it."""
    where: dict[str, Any] = {
        "fund": fund,
        "district": district,
        "subject_type": "banking.statementline",
        "subject_id": line.pk,
    }
    fen, other = abs(line.amount_fen), OTHER_SIDE[what]
    if line.amount_fen > 0:
        return [debit("cash", fen, **where), credit(other, fen, **where)]
    return [debit(other, fen, **where), credit("cash", fen, **where)]
