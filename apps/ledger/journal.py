"""The journal and the statement of an account, in pages that cost the same however long the books are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Case, Count, Exists, Min, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotFound
from apps.ledger.models import Account, Fund, Leg, Transaction
from apps.ledger.selectors import StatementLine, trial_balance

PAGE_SIZE = 50
# What one workbook holds; more is taken away as a journal for other programs.
WORKBOOK_MAX = 200_000
_ID_MAX = 2**63
_FIRST = (date.min, 0, 0)

# The legs are indexed by account, district and day. Each district is asked for its next lines alone and
# what comes first of all districts is taken, so that the whole city's account is not sorted for one page.
_AFTER = """
SELECT leg.transaction_id, leg.position, leg.on_date, head.key, head.kind, head.memo,
       leg.fund_code, leg.district_code, leg.debit_fen, leg.credit_fen,
       (%(opening)s + %(side)s * sum(leg.debit_fen - leg.credit_fen)
            OVER (ORDER BY leg.on_date, leg.transaction_id, leg.position))::bigint,
       leg.subject_type, leg.subject_id
  FROM (SELECT part.*
          FROM unnest(%(districts)s::text[]) AS place (code)
         CROSS JOIN LATERAL (
                SELECT * FROM ledger_leg
                 WHERE account_code = %(account)s AND district_code = place.code
                   AND (%(fund)s::text IS NULL OR fund_code = %(fund)s)
                   AND (on_date, transaction_id, position) > (%(day)s, %(number)s, %(place)s)
                   AND (%(until)s::date IS NULL OR on_date <= %(until)s)
                 ORDER BY on_date, transaction_id, position
                 LIMIT %(limit)s) AS part
         ORDER BY part.on_date, part.transaction_id, part.position
         LIMIT %(limit)s) AS leg
  JOIN ledger_transaction AS head ON head.id = leg.transaction_id
 ORDER BY leg.on_date, leg.transaction_id, leg.position
"""
_OF_THE_DAY = """
SELECT coalesce(sum(part.fen), 0)::bigint
  FROM unnest(%(districts)s::text[]) AS place (code)
 CROSS JOIN LATERAL (
        SELECT sum(debit_fen - credit_fen) AS fen FROM ledger_leg
         WHERE account_code = %(account)s AND district_code = place.code
           AND (%(fund)s::text IS NULL OR fund_code = %(fund)s)
           AND on_date = %(day)s AND (transaction_id, position) <= (%(number)s, %(place)s)) AS part
"""
_DISTRICTS = """
SELECT district_code FROM ledger_balance WHERE account_code = %s
 UNION SELECT district_code FROM ledger_balancedelta WHERE account_code = %s
"""


@dataclass(frozen=True)
class JournalFilter:
    """What narrows the journal; empty: everything. A subject is its kind and number."""

    since: date | None = None
    until: date | None = None
    account: str = ""
    district: str = ""
    fund: str = ""
    kind: str = ""
    subject_type: str = ""
    subject_id: int | None = None


def journal(wanted: JournalFilter) -> QuerySet[Transaction]:
    """The transactions that have a leg which fits, newest number first."""
    found = Transaction.objects.order_by("-id")
    if wanted.since:
        found = found.filter(on__gte=wanted.since)
    if wanted.until:
        found = found.filter(on__lte=wanted.until)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    legs = Leg.objects.filter(transaction=OuterRef("pk"))
    places = {
        "account": wanted.account,
        "district_code": wanted.district,
        "fund": wanted.fund,
    }
    chosen = {name: value for name, value in places.items() if value}
    if chosen:
        found = found.filter(Exists(legs.filter(**chosen)))
    if wanted.subject_type and wanted.subject_id is not None:
        subject = {"subject_type": wanted.subject_type, "subject_id": wanted.subject_id}
        numbers = Leg.objects.filter(**subject).values("transaction_id")
        found = found.filter(Q(**subject) | Q(pk__in=numbers))
    return found


def with_legs(heads: Iterable[Transaction], district: str = "") -> list[tuple[Transaction, list[Leg]]]:
    """Each transaction with its legs in order; of one district alone where it is named."""
    heads = list(heads)
    legs = Leg.objects.filter(transaction_id__in=[head.pk for head in heads])
    if district:
        legs = legs.filter(district_code=district)
    found: dict[int, list[Leg]] = {head.pk: [] for head in heads}
    for leg in legs.select_related("account", "fund").order_by("transaction_id", "position"):
        found[leg.transaction_id].append(leg)
    return [(head, found[head.pk]) for head in heads]


@dataclass(frozen=True)
class Entry:
    """One side of a transaction at one account, fund and district: the sum of its legs and their number."""

    account: Account
    fund: Fund
    district_code: str
    debit_fen: int
    credit_fen: int
    count: int


def with_entries(heads: Iterable[Transaction], district: str = "") -> list[tuple[Transaction, list[Entry]]]:
    """Each transaction with its legs summed up, for people: a class of thousands has a leg for everybody."""
    heads = list(heads)
    legs = Leg.objects.filter(transaction_id__in=[head.pk for head in heads])
    if district:
        legs = legs.filter(district_code=district)
    side = Case(When(debit_fen__gt=0, then=Value(0)), default=Value(1))
    sums = (
        legs.annotate(side=side)
        .values("transaction_id", "account_id", "fund_id", "district_code", "side")
        .annotate(debit=Sum("debit_fen"), credit=Sum("credit_fen"), count=Count("*"), first=Min("position"))
        .order_by("transaction_id", "first")
    )
    accounts, funds = Account.objects.in_bulk(), Fund.objects.in_bulk()
    found: dict[int, list[Entry]] = {head.pk: [] for head in heads}
    for row in sums:
        entry = Entry(
            accounts[row["account_id"]],
            funds[row["fund_id"]],
            row["district_code"],
            row["debit"],
            row["credit"],
            row["count"],
        )
        found[row["transaction_id"]].append(entry)
    return [(head, found[head.pk]) for head in heads]


@dataclass(frozen=True)
class StatementPage:
    """A stretch of a statement: the balance before its first line, the lines, and where it goes on."""

    account: Account
    opening_fen: int
    lines: list[StatementLine]
    next_mark: str = ""

    @property
    def closing_fen(self) -> int:
        """The balance after the last line."""
        return self.lines[-1].running_fen if self.lines else self.opening_fen


def account_of(code: str) -> Account:
    """The account of the chart. Raises NotFound."""
    found = Account.objects.filter(code=code[:32]).first()
    if found is None:
        raise NotFound(_("There is no account “%(code)s”.") % {"code": code[:32]}, code="account_unknown")
    return found


def statement_page(
    account: Account,
    *,
    district: str | None = None,
    fund: str | None = None,
    since: date | None = None,
    until: date | None = None,
    after: str = "",
    limit: int = PAGE_SIZE,
) -> StatementPage:
    """The next `limit` legs of an account, from `since` or after the mark of the page before.

    The balance before them comes from the kept balances, so that a page deep in a long statement costs no
    more than the first. Raises InvalidInput for a mark that was not given out.
    """
    if after:
        day, number, place = _edge(after)
    else:
        day, number, place = since or date.min, 0, 0
    side = 1 if account.grows_by_debit else -1
    wanted = {
        "account": account.pk,
        "district": district or None,
        "districts": [district] if district else _districts(account),
        "fund": fund or None,
        "until": until,
        "day": day,
        "number": number,
        "place": place,
        "side": side,
        "limit": limit + 1,
    }
    opening = side * _before(wanted)
    with connection.cursor() as cursor:
        cursor.execute(_AFTER, {**wanted, "opening": opening})
        lines = [StatementLine._make(row) for row in cursor.fetchall()]
    more, lines = len(lines) > limit, lines[:limit]
    mark = f"{lines[-1].on}.{lines[-1].transaction_id}.{lines[-1].position}" if more else ""
    return StatementPage(account, opening, lines, mark)


def _districts(account: Account) -> list[str]:
    """The districts that have ever moved the account."""
    with connection.cursor() as cursor:
        cursor.execute(_DISTRICTS, [account.pk, account.pk])
        return [code for (code,) in cursor.fetchall()]


def _before(wanted: dict) -> int:
    """Debit less credit of everything up to the edge: the days before it, and that day's own legs."""
    if wanted["day"] == date.min:
        return 0
    narrowed = {name: wanted[name] for name in ("account", "fund", "district")}
    rows = trial_balance(wanted["day"] - timedelta(days=1), **narrowed)
    total = sum(row.debit_fen - row.credit_fen for row in rows)
    if wanted["number"]:
        with connection.cursor() as cursor:
            cursor.execute(_OF_THE_DAY, wanted)
            total += cursor.fetchone()[0]
    return total


def _edge(mark: str) -> tuple[date, int, int]:
    try:
        day, number, place = mark.split(".")
        found = date.fromisoformat(day), int(number), int(place)
    except ValueError:
        found = _FIRST
    if not (found[0] > date.min and 0 < found[1] < _ID_MAX and 0 < found[2] < 2**31):
        raise InvalidInput(_("This page of the list does not exist. Go back to its beginning."))
    return found
