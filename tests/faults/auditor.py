"""The independent auditor: a model in plain Python of what may be, which imports nothing of the system.

It is told what was asked and what the bank did, keeps its own books, budgets and counters, and says of every
request which answers are right. What the system wrote is compared with it afterwards, row by row.
"""

from collections import Counter, defaultdict
from datetime import date

from tests.faults.calendar import working_days_after
from tests.faults.figures import (
    ADVANCE,
    DONE,
    OPEN,
    REMAINDER,
    Claim,
    Line,
    Order,
    Owed,
    Person,
    Received,
    Reservation,
    Stray,
    key_of,
)
from tests.faults.owing import Owing
from tests.faults.rules import WITHDRAWN, Rules


class Auditor(Owing):
    """The model of one district's money."""

    def __init__(self, rules: Rules, months: int, today: date) -> None:
        self.rules, self.months, self.today = rules, months, today
        self.people: dict[int, list[Person]] = {}
        self.accounts: dict[int, str] = {}
        self.owner: dict[int, int] = {}
        self.claims: dict[int, Claim] = {}
        self.books: Counter = Counter()
        self.appropriated: Counter = Counter()
        self.reservations: dict[str, dict[str, Reservation]] = defaultdict(dict)
        self.serials: set[str] = set()
        self.received: dict[str, Received] = {}
        self.notices = 0

    # budgets

    def appropriate(self, fund: str, fen: int) -> None:
        """Money is given, or below zero taken away again."""
        self.appropriated[fund] += fen
        self._post(("cash", fund), ("appropriations", fund), fen)

    def budget(self, fund: str) -> tuple[int, int, int]:
        """Appropriated, reserved, used."""
        rows = [held[fund] for held in self.reservations.values() if fund in held]
        return (
            self.appropriated[fund],
            sum(row.open for row in rows),
            sum(row.used - row.refunded for row in rows),
        )

    def free(self, fund: str) -> int:
        appropriated, reserved, used = self.budget(fund)
        return appropriated - reserved - used

    def fits(self, fen: int) -> bool:
        return sum(max(self.free(fund), 0) for fund in self.rules.fund_order) >= fen

    def _reserve(self, key: str, fen: int) -> None:
        for fund in self.rules.fund_order:
            part = min(fen, max(self.free(fund), 0))
            if part:
                self.reservations[key][fund] = Reservation(reserved=part)
                fen -= part
        if fen:
            raise AssertionError("the auditor was told of a signature beyond the budget")

    # claims

    def candidates(self, shop: int, kind: str) -> list[Person]:
        return [person for person in self.people[shop] if self._may_claim(person, kind)]

    def _may_claim(self, person: Person, kind: str) -> bool:
        live = [
            claim
            for claim in self.claims.values()
            if claim.state not in ("rejected", "withdrawn") and any(li.person is person for li in claim.lines)
        ]
        kinds = {claim.kind for claim in live}
        if kind == ADVANCE:
            return person.outcome != WITHDRAWN and not kinds
        advancing = any(claim.kind == ADVANCE and claim.state in OPEN for claim in live)
        return REMAINDER not in kinds and not advancing and self._is_known(person)

    def _is_known(self, person: Person) -> bool:
        return person.paid > 0 if person.outcome == WITHDRAWN else bool(person.outcome)

    def facts(self, kind: str, person: Person) -> tuple | None:
        """What a line follows from; None where there could be no line now."""
        if kind == ADVANCE:
            return None if person.outcome == WITHDRAWN else ()
        if not self._is_known(person):
            return None
        return (person.outcome, person.certified, person.paid - person.recovered)

    def lines(self, kind: str, people: list[Person]) -> list[Line]:
        standard = self.rules.standard_fen(self.months)
        found = []
        for person in people:
            facts = self.facts(kind, person) or ()
            if kind == ADVANCE:
                advance = self.rules.advance_fen(self.months)
                found.append(Line(person, standard, advance, None, advance, facts))
                continue
            advanced = person.paid - person.recovered
            due = self.rules.due_fen(self.months, person.outcome, certified=person.certified)
            found.append(Line(person, standard, advanced, due, due - advanced, facts))
        return found

    def compute(self, pk: int, number: str, kind: str, shop: int) -> Claim:
        claim = Claim(pk, number, kind, shop, self.lines(kind, self.candidates(shop, kind)))
        claim.computed_account = self.accounts[shop]
        self.claims[pk] = claim
        return claim

    def recompute(self, claim: Claim) -> None:
        claim.lines = []
        claim.lines = self.lines(claim.kind, self.candidates(claim.shop, claim.kind))
        claim.computed_account = self.accounts[claim.shop]

    def stands(self, claim: Claim) -> bool:
        """Whether nothing changed since the claim was computed: records, results, account."""
        same = all(self.facts(claim.kind, line.person) == line.facts for line in claim.lines)
        return same and (claim.net <= 0 or claim.computed_account == self.accounts[claim.shop])

    def needs(self, claim: Claim) -> int:
        """What a signature has to reserve."""
        if claim.kind == ADVANCE:
            return sum(line.standard for line in claim.lines)
        return sum(line.standard for line in claim.lines if line.advanced == 0 and line.amount > 0)

    def answer_to_signature(self, claim: Claim, action: str) -> str:
        """What the second signature is answered with."""
        if not self.stands(claim):
            return "incomplete"
        if action == "sign" and claim.net <= 0:
            return "does_not_pay"
        if action != "sign" and (claim.net > 0 or (claim.net < 0) != (action == "sign_recovery")):
            return "wrong_signature"
        return DONE if self.fits(self.needs(claim)) else "budget_exceeded"

    def sign(self, claim: Claim, action: str) -> None:
        needed = self.needs(claim)
        if needed:
            self._reserve(key_of(claim), needed)
        for line in claim.lines:
            person = line.person
            person.signed = True
            person.due = line.due if line.due is not None else person.due
            person.committed += max(line.amount, 0)
            person.to_recover += max(-line.amount, 0)
        claim.signed_account = claim.computed_account
        if action == "sign":
            claim.go("approved")
            return
        self._settle(claim)
        self._give_back(claim, claim.pay)
        self._count_paid(claim, claim.pay)
        back: Counter = Counter()
        for part in claim.owed:
            back[part.fund] += part.open
        for fund, fen in self._net(claim).items():
            self._cash(fund, fen + back[fund])
        for fund, fen in back.items():
            self._post(("recoveries", fund), ("payables", fund), fen)
        self.notices += action == "sign_recovery"
        claim.notice = self.notices
        claim.due_on = working_days_after(self.today, self.rules.deadline_days)
        claim.go("recovering" if action == "sign_recovery" else "settled")

    def revoke(self, claim: Claim) -> None:
        """The signature is taken back: what it promised is free, its people can be claimed for again."""
        for held in self.reservations[key_of(claim)].values():
            held.released = held.reserved
        for line in claim.lines:
            line.person.committed -= max(line.amount, 0)
            line.person.to_recover -= max(-line.amount, 0)
            line.person.due = line.person.due if line.due is None else None
        claim.go("rejected")

    def release(self, claim: Claim, number: str) -> None:
        """A payment order is made: the first one draws the budget, each sets off what the enterprise owes."""
        if not claim.orders:
            self._settle(claim)
            self._give_back(claim, claim.recover)
        for other, fen in self.set_offs(claim):
            self.set_off(claim, other, fen)
        left, done = claim.to_pay, sum(claim.drawn.values())
        parts = {fund: fen for fund, fen in self.still(claim).items() if fen}
        order = Order(number, left, claim.signed_account, parts if left else {}, self.today, set_off=done)
        claim.orders.append(order)
        if left:
            claim.go("released")
            return
        order.state = "set_off"
        self._count_paid(claim, claim.recover)
        for fund, fen in parts.items():
            self._cash(fund, fen)
        claim.go("settled")

    def pay(self, claim: Claim, serial: str) -> None:
        claim.order.state = "paid"
        self.serials.add(serial)
        self._count_paid(claim, claim.recover)
        for fund, fen in claim.order.parts.items():
            self._cash(fund, fen)
        claim.go("paid")

    def fail(self, claim: Claim) -> None:
        claim.order.state = "failed"
        claim.go("approved")

    def may_give_back(self, claim: Claim) -> bool:
        """Whether a payment that the bank sent back can simply be undone."""
        people = {line.person.pk for line in claim.lines}
        later = any(
            other is not claim
            and other.kind == REMAINDER
            and other.state not in ("rejected", "withdrawn")
            and any(line.person.pk in people for line in other.lines)
            for other in self.claims.values()
        )
        return claim.state == "paid" and not later

    def give_back(self, claim: Claim) -> None:
        claim.order.state = "returned"
        for line in claim.lines:
            if line.amount > 0:
                line.person.paid -= line.amount
                line.person.committed += line.amount
        self.unrecover(claim, claim.recover)
        for fund, fen in claim.order.parts.items():
            self._cash(fund, -fen)
        claim.go("approved")

    def take_for_made(self, claim: Claim) -> None:
        """A payment had not come back: it is made again."""
        claim.order.state = "paid"
        for line in claim.lines:
            if line.amount > 0:
                line.person.paid += line.amount
                line.person.committed -= line.amount
        self.recover(claim, claim.recover)
        self.book_again(claim)
        claim.go("paid")

    def open_account(self, fund: str, fen: int) -> None:
        """What lay on an account before its first statement is booked."""
        self._post(("cash", fund), ("opening_balances", fund), fen)

    def misbook(self, claim: Claim) -> None:
        """The posting of a payment is taken back although the payment stands."""
        for fund, fen in claim.order.parts.items():
            self._cash(fund, -fen)

    def book_again(self, claim: Claim) -> None:
        """The payment stands in the books as its order says."""
        for fund, fen in claim.order.parts.items():
            self._cash(fund, fen)

    # how money is spread and booked

    def _settle(self, claim: Claim) -> None:
        own = key_of(claim)
        wanted: dict[str, list[Line]] = defaultdict(list)
        for line in claim.lines:
            before = line.person.advance if claim.kind == REMAINDER and line.advanced else []
            if line.amount > 0:
                wanted[before[0][1] if before else own].append(line)
            elif line.amount < 0:
                left = -line.amount
                for fund, key, fen in reversed(before):
                    part = min(left, fen)
                    left -= part
                    if part:
                        claim.shares.append((line, fund, key, -part))
        for key, lines in wanted.items():
            self._draw(claim, key, lines)
        claim.shares.sort(key=lambda share: share[0].person.pk)
        if claim.kind == REMAINDER:
            self._free_rest(claim)
        self._book_obligation(claim)

    def _draw(self, claim: Claim, key: str, lines: list[Line]) -> None:
        for line in lines:
            missing = line.amount
            for fund in self.rules.fund_order:
                held = self.reservations[key].get(fund)
                part = min(missing, held.open) if held else 0
                if held and part:
                    held.used += part
                    missing -= part
                    claim.shares.append((line, fund, key, part))
                    if claim.kind == ADVANCE:
                        line.person.advance.append((fund, key, part))
            if missing:
                raise AssertionError("the auditor's reservation does not reach")

    def _free_rest(self, claim: Claim) -> None:
        rest: Counter = Counter()
        for line in claim.lines:
            before = line.person.advance if line.advanced else []
            if before or line.amount > 0:
                key = before[0][1] if before else key_of(claim)
                rest[key] += line.standard - line.advanced - max(line.amount, 0)
        for key, free in rest.items():
            fen = free
            for fund in reversed(self.rules.fund_order):
                held = self.reservations[key].get(fund)
                part = min(fen, held.open) if held else 0
                if held and part:
                    held.released += part
                    fen -= part

    def _book_obligation(self, claim: Claim) -> None:
        returned: Counter = Counter()
        for line, fund, key, fen in claim.shares:
            if fen > 0:
                side = "advances" if claim.kind == ADVANCE else "subsidies"
                self._post((side, fund), ("payables", fund), fen)
            else:
                returned[line.person.pk, fund, key] -= fen
        if claim.kind == ADVANCE:
            return
        for line in claim.lines:
            for fund, key, fen in line.person.advance if line.advanced else []:
                back = returned[line.person.pk, fund, key]
                self._post(("subsidies", fund), ("advances", fund), fen - back)
                self._post(("payables", fund), ("advances", fund), back)

    def _give_back(self, claim: Claim, fen: int) -> None:
        later: Counter = Counter()
        for _line, fund, key, share in claim.shares:
            if share < 0:
                part = min(fen, -share)
                fen -= part
                self.reservations[key][fund].refunded += part
                later[fund, key] += -share - part
        claim.owed = [Owed(fund, key, left) for (fund, key), left in sorted(later.items()) if left]

    def _net(self, claim: Claim) -> dict[str, int]:
        sums: Counter = Counter()
        for _line, fund, _key, fen in claim.shares:
            sums[fund] += fen
        return {fund: fen for fund, fen in sums.items() if fen}

    def _count_paid(self, claim: Claim, set_off: int) -> None:
        for line in claim.lines:
            if line.amount > 0:
                line.person.committed -= line.amount
                line.person.paid += line.amount
        self.recover(claim, set_off)

    # movements that are neither payments nor receipts

    def book(self, stray: Stray, account: str, fund: str) -> None:
        """A movement is booked against an account that says what it is."""
        stray.booked, stray.explained = (account, fund), True
        self._post(("cash", fund), (account, fund), stray.fen)

    def unbook(self, stray: Stray) -> None:
        """The posting of a movement is taken back."""
        if stray.booked is not None:
            account, fund = stray.booked
            self._post((account, fund), ("cash", fund), stray.fen)
        stray.booked, stray.explained = None, False

    def _cash(self, fund: str, fen: int) -> None:
        if fen > 0:
            self._post(("payables", fund), ("cash", fund), fen)
        else:
            self._post(("cash", fund), ("payables", fund), -fen)

    def _post(self, debited: tuple[str, str], credited: tuple[str, str], fen: int) -> None:
        self.books[debited] += fen
        self.books[credited] -= fen
