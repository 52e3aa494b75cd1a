"""Claims released together leave the same rows as those released one by one, and the same refusals."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.casework.models import Decision, History, Notice, Seat
from apps.claims.models import Claim
from apps.enterprises.models import BankAccount
from apps.ledger.models import Budget, BudgetMovement, Reservation, Transaction
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_many import release_many
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.release_together import release_together
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.ground import stands


@pytest.fixture
@stands
def signed() -> tuple[list[Claim], make.Money]:
    """Four claims of one district, two of them of two apprentices, that wait for their release."""
    classes = [make.money(people=people) for people in (1, 2, 1, 2)]
    return [make.signed(of) for of in classes], classes[0]


def left_by_release(claim: Claim) -> dict[str, list]:
    """What a release adds or changes, without what names the claim or the moment."""
    of = {"subject_type": "claims.claim", "subject_id": claim.pk}
    order = PaymentOrder.objects.get(claim=claim)
    posted = Transaction.objects.filter(key=f"claim:{claim.pk}:obligation", memo=claim.number)
    used = BudgetMovement.objects.filter(key=f"claim:{claim.pk}:use:claim:{claim.pk}")
    notices = Notice.objects.filter(code="claims.claim.release", **of)
    reserved = Reservation.objects.filter(key=f"claim:{claim.pk}").order_by("fund")
    decided = Decision.objects.filter(action="release", content_sha256=claim.content_sha256, **of)
    history = History.objects.filter(action="release", **of)
    wanted = (
        (Claim.objects.filter(pk=claim.pk), "state deadline_on version"),
        (PaymentOrder.objects.filter(pk=order.pk), "attempt amount_fen offset_fen state year released_by"),
        (order.parts.order_by("fund"), "fund amount_fen"),
        (order.lines.order_by("claim_line"), "fund amount_fen live"),
        (posted, "on kind subject_type posted_by_id"),
        (posted.order_by("legs__position"), "legs__position legs__account legs__fund legs__debit_fen"),
        (used.order_by("position"), "position kind fund district_code year amount_fen on by_id"),
        (reserved, "reserved_fen used_fen released_fen"),
        (Seat.objects.filter(seat="releaser", **of), "person"),
        (decided, "seat__seat person user role from_state to_state opinion checklist content_version"),
        (history, "from_state to_state reason role user person district_code content_version"),
        (notices.order_by("role"), "role district_code person params__from params__to params__by"),
    )
    found = {columns: list(rows.values_list(*columns.split())) for rows, columns in wanted}
    assert all(found.values())
    return found


def test_both_ways_leave_the_same(signed):
    claims, of = signed
    for claim in claims[:2]:
        release_payment(of.finance, claim, on=ON)
    together = [claim.pk for claim in claims[2:]]
    assert release_together(of.finance, together, on=ON) == set(together)
    for single, many in zip(claims[:2], claims[2:], strict=True):
        assert left_by_release(many) == left_by_release(single)
    of_claim = {order.claim_id: order for order in PaymentOrder.objects.all()}
    for claim in claims:
        account = BankAccount.objects.get(organisation_id=claim.enterprise_id, state="confirmed")
        order = of_claim[claim.pk]
        assert (order.account_number, order.account_name) == (account.account_number, account.account_name)
        assert order.number == f"{claim.number}-1"
    assert sum(budget.used_fen for budget in Budget.objects.all()) == sum(claim.net_fen for claim in claims)


@pytest.mark.parametrize("other", ["claim", "class", "plan"])
def test_who_sits_in_another_chair_does_not_release_it(signed, other):
    claims, of = signed
    case = {
        "claim": claims[0],
        "class": claims[0].training_class,
        "plan": claims[0].training_class.plan,
    }[other]
    label, pk = case.subject
    Seat.objects.create(subject_type=label, subject_id=pk, person_id=of.finance.person_id, seat="reviewer")
    assert len(release_together(of.finance, [claim.pk for claim in claims[:2]], on=ON)) == 1
    left = [claim.pk for claim in (claims[0], *claims[2:])]
    done = release_many(of.finance, left, on=ON)
    assert (done["released"], [row["code"] for row in done["refusals"]]) == (2, ["segregation"])


def test_a_claim_of_a_changed_account_is_left_to_its_own_refusal(signed):
    claims, of = signed
    make.moved_account(claims[1])
    wanted = [claim.pk for claim in claims]
    done = release_many(of.finance, wanted, on=ON)
    assert (done["released"], [row["code"] for row in done["refusals"]]) == (3, ["payee_changed"])
    claims[1].refresh_from_db()
    assert claims[1].state == "approved"


def test_nobody_but_finance_releases_together(signed):
    claims, of = signed
    assert release_together(of.supervisor, [claim.pk for claim in claims], on=ON) == set()
    stranger = accounts.actor("finance_officer", district=accounts.district("110108"))
    assert release_together(stranger, [claim.pk for claim in claims], on=ON) == set()
    assert not PaymentOrder.objects.exists()


def test_as_many_statements_for_three_as_for_one(signed):
    claims, of = signed
    taken = []
    for some in (claims[:1], claims[1:]):
        with CaptureQueriesContext(connection) as counted:
            assert len(release_together(of.finance, [claim.pk for claim in some], on=ON)) == len(some)
        taken.append(len(counted))
    assert taken[0] == taken[1]
