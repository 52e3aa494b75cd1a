"""The auditor's half about what enterprises owe: repaid, set off, in instalments, given up."""

from collections import Counter
from datetime import date

from tests.faults.calendar import working_days_after
from tests.faults.figures import OWING, Agreement, Claim, Owed, Received, Reservation
from tests.faults.rules import Rules


class Owing:
    """Recoveries and what becomes of them; the books, budgets and counters are the auditor's."""

    rules: Rules
    today: date
    # The enterprise of each class.
    owner: dict[int, int]
    claims: dict[int, Claim]
    books: Counter
    reservations: dict[str, dict[str, Reservation]]
    serials: set[str]
    # By the bank's serial number, what each receipt moved.
    received: dict[str, Received]

    # what a payment sets off

    def set_offs(self, claim: Claim) -> list[tuple[Claim, int]]:
        """What the next release of a claim sets off: what its enterprise owes, the earliest first.

        What was given up comes last; under an agreement only what is due is taken.
        """
        left, found = claim.to_pay, []
        owing = [
            c
            for c in self.claims.values()
            if c.state in OWING and self.owner[c.shop] == self.owner[claim.shop]
        ]
        for other in sorted(owing, key=lambda other: (other.open_fen == 0, other.due_on, other.notice)):
            fen = min(left, self._takeable(other))
            if fen > 0:
                left -= fen
                found.append((other, fen))
        return found

    def _takeable(self, claim: Claim) -> int:
        agreement = claim.agreement
        if agreement is None or agreement.state != "in_force":
            return claim.wanted_fen
        return sum(fen for day, fen in agreement.left(claim.open_fen) if day <= self.today)

    def is_set_off_whole(self, claim: Claim) -> bool:
        """Whether nothing would be left to pay."""
        return sum(fen for _other, fen in self.set_offs(claim)) == claim.to_pay

    def set_off(self, claim: Claim, other: Claim, fen: int) -> None:
        """A payment gives up so much for what is owed: the fund that gets it back first, then the others."""
        owed, given_up = self.repaid(other, fen)
        back, nets, drawn = owed + given_up, self.still(claim), Counter()
        missing = 0
        for fund, part in sorted(back.items()):
            now = min(part, max(nets.get(fund, 0), 0))
            drawn[fund] += now
            missing += part - now
        for fund in sorted(nets):
            now = min(missing, max(nets[fund] - drawn[fund], 0))
            drawn[fund] += now
            missing -= now
        claim.drawn += drawn
        for fund in {*drawn, *back}:
            self.books["payables", fund] += drawn[fund]
            self.books["recoveries", fund] -= owed[fund]
            self.books["written_off", fund] -= given_up[fund]
            self.books["cash", fund] += back[fund] - drawn[fund]

    def still(self, claim: Claim) -> dict[str, int]:
        """What each fund still pays of a claim."""
        sums: Counter = Counter()
        for _line, fund, _key, fen in claim.shares:
            sums[fund] += fen
        return {fund: fen - claim.drawn[fund] for fund, fen in sums.items() if fen}

    # what comes back, and what does not

    def receive(self, claim: Claim, fen: int, serial: str) -> None:
        """Money came in for a notice."""
        self.serials.add(serial)
        agreement = claim.agreement if self._in_force(claim) else None
        before = [(part, part.open, part.lost) for part in claim.owed]
        owed, given_up = self.repaid(claim, fen)
        self.received[serial] = Received(
            claim,
            fen,
            [(part, was - part.open) for part, was, _lost in before],
            [(part, was - part.lost) for part, _open, was in before],
            agreement,
        )
        for account, by_fund in (("recoveries", owed), ("written_off", given_up)):
            for fund, part in by_fund.items():
                self.books["cash", fund] += part
                self.books[account, fund] -= part

    def may_unreceive(self, serial: str, known: Received) -> bool:
        """Whether a receipt counts, and the budgets that got it back still have it."""
        if self.received.get(serial) is not known:
            return False
        return all(self.free(fund) >= fen for fund, fen in known.back().items() if fen)

    def unreceive(self, serial: str) -> None:
        """The money had not come for this notice: all that it moved goes back."""
        known = self.received.pop(serial)
        self.serials.discard(serial)
        claim = known.claim
        claim.received -= known.fen
        for account, parts in (("recoveries", known.owed), ("written_off", known.lost)):
            for part, fen in parts:
                self._restore(part, account, fen)
        self.unrecover(claim, known.fen)
        self._reopen(claim, known)

    def _restore(self, part: Owed, account: str, fen: int) -> None:
        if account == "recoveries":
            part.open += fen
        else:
            part.lost += fen
        self.reservations[part.key][part.fund].refunded -= fen
        self.books["cash", part.fund] -= fen
        self.books[account, part.fund] += fen

    def _reopen(self, claim: Claim, known: Received) -> None:
        """The agreement says what it says without the money; so does the state of the claim."""
        before = known.agreement
        if self._in_force(claim) and claim.agreement is not before:
            if claim.agreement is not None:
                claim.agreement.state = "lapsed"
        else:
            waits = claim.agreement is not None and claim.agreement.state == "submitted"
            fits = before is not None and before.state == "ended" and 0 < claim.open_fen <= before.amount
            if before is not None and fits and not waits:
                before.state, claim.agreement = "in_force", before
            if self._in_force(claim) and claim.agreement is not None:
                left = claim.agreement.left(claim.open_fen)
                claim.due_on = left[0][0] if left else claim.due_on
        state = "written_off" if claim.open_fen == 0 else "recovering"
        if claim.state != state:
            claim.go(state)

    def repaid(self, claim: Claim, fen: int) -> tuple[Counter, Counter]:
        """An amount goes back to the budgets that it came from; by fund what was owed and given up."""
        claim.received += fen
        left, owed, given_up = fen, Counter(), Counter()
        for part in claim.owed:
            now = min(left, part.open)
            part.open -= now
            left -= now
            self.reservations[part.key][part.fund].refunded += now
            owed[part.fund] += now
        for part in claim.owed:
            now = min(left, part.lost)
            part.lost -= now
            left -= now
            self.reservations[part.key][part.fund].refunded += now
            given_up[part.fund] += now
        self.recover(claim, fen)
        self._follow(claim)
        return +owed, +given_up

    def recover(self, claim: Claim, fen: int) -> None:
        """Count what came back on the apprentices."""
        for line in sorted(claim.lines, key=lambda line: line.person.pk):
            if line.amount < 0:
                part = min(fen, line.person.to_recover)
                line.person.to_recover -= part
                line.person.recovered += part
                fen -= part

    def unrecover(self, claim: Claim, fen: int) -> None:
        """Count on the apprentices that so much did not come back, the last of them first."""
        for line in sorted(claim.lines, key=lambda line: line.person.pk, reverse=True):
            if line.amount < 0:
                part = min(fen, line.person.recovered)
                line.person.recovered -= part
                line.person.to_recover += part
                fen -= part

    def may_write_off(self, claim: Claim, fen: int) -> bool:
        """Whether so much is open, and where instalments run, whether it is the whole rest."""
        return fen <= claim.open_fen and (fen == claim.open_fen or not self._in_force(claim))

    def write_off(self, claim: Claim, fen: int) -> None:
        """Give so much up, of the last fund first."""
        for part in reversed(claim.owed):
            now = min(fen, part.open)
            part.open -= now
            part.lost += now
            fen -= now
            self.books["written_off", part.fund] += now
            self.books["recoveries", part.fund] -= now
        self._follow(claim)

    def _follow(self, claim: Claim) -> None:
        """Deadline and state follow from what is open."""
        agreement = claim.agreement
        if agreement is not None and agreement.state == "in_force":
            left = agreement.left(claim.open_fen)
            if left:
                claim.due_on = left[0][0]
            else:
                agreement.state = "ended"
        if claim.wanted_fen == 0:
            claim.go("settled")
        elif claim.open_fen == 0 and claim.state == "recovering":
            claim.go("written_off")

    # instalments

    def may_agree(self, claim: Claim, agreement: Agreement) -> bool:
        """Whether an agreement can be signed: over what is open, and not begun yet."""
        return agreement.amount == claim.open_fen and agreement.schedule[0][0] >= self.today

    def agree(self, claim: Claim, agreement: Agreement) -> None:
        """From now on its days hold."""
        agreement.state = "in_force"
        self._follow(claim)

    def missed(self) -> list[Claim]:
        """Claims whose agreement was not kept: an instalment's day and the days of grace are over."""
        found = []
        for claim in self.claims.values():
            left = claim.agreement.left(claim.open_fen) if claim.agreement and self._in_force(claim) else []
            if left and working_days_after(left[0][0], self.rules.grace_days) < self.today:
                found.append(claim)
        return found

    def break_agreement(self, claim: Claim) -> None:
        """The whole rest is due since the day that was missed."""
        if claim.agreement is not None:
            claim.due_on = claim.agreement.left(claim.open_fen)[0][0]
            claim.agreement.state = "broken"

    def _in_force(self, claim: Claim) -> bool:
        return claim.agreement is not None and claim.agreement.state == "in_force"
