"""What cannot be got back is written off by a document and two persons; what comes later still counts."""

import pytest
from django.db import DatabaseError, transaction

from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.casework.models import History
from apps.claims.enums import ClaimState
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.ledger.models import Transaction
from apps.payouts.models import RecoveryOffset, RecoveryWriteOff
from apps.payouts.services import write_off as service
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.claims import SPECIAL
from tests.factories.recoveries import LATER, owed, paper, received, signed_later, supervisor_of
from tests.payouts.test_set_off import balances, broken, release

pytestmark = pytest.mark.django_db


def asked(of, recovery, fen=None, **more) -> RecoveryWriteOff:
    wanted = {
        "document": "京法执〔2026〕7号",
        "reason": "企业已破产，无财产可供执行",
        "upload": paper(),
    } | more
    return service.request_write_off(
        more.pop("actor", of.finance),
        recovery,
        amount_fen=recovery.open_fen if fen is None else fen,
        on=LATER,
        **{name: wanted[name] for name in ("document", "reason", "upload")},
    )


def written_off(of, recovery, fen=None) -> RecoveryWriteOff:
    return service.sign_write_off(supervisor_of(of), asked(of, recovery, fen), on=LATER)


def test_nothing_is_given_up_before_the_second_signature():
    of = make.money(people=1)
    recovery = owed(of)
    request = asked(of, recovery)
    recovery.refresh_from_db()
    assert (request.state, recovery.written_off_fen) == ("submitted", 0)
    assert not Transaction.objects.filter(kind="write_off").exists()
    assert broken() == set()


def test_what_is_written_off_leaves_the_receivables_and_stands_as_lost():
    of = make.money(people=1)
    recovery = owed(of)
    used = make.budgets(of)[SPECIAL][2]
    request = written_off(of, recovery)
    recovery.refresh_from_db()
    assert (recovery.state, recovery.open_fen) == ("written_off", 0)
    assert recovery.claim.state == ClaimState.WRITTEN_OFF
    found = balances()
    assert ("recoveries", SPECIAL) not in found
    assert found[("written_off", SPECIAL)] == recovery.amount_fen
    assert make.budgets(of)[SPECIAL][2] == used
    assert Transaction.objects.get(kind="write_off").key == request.ledger_key
    assert broken() == set()


def test_a_part_is_written_off_and_the_rest_stays_open():
    of = make.money(people=1)
    recovery = owed(of)
    written_off(of, recovery, 100_00)
    recovery.refresh_from_db()
    assert (recovery.state, recovery.open_fen) == ("partly", recovery.amount_fen - 100_00)
    assert recovery.claim.state == ClaimState.RECOVERING
    assert broken() == set()


def test_money_that_comes_after_all_is_received_and_lessens_the_loss():
    of = make.money(people=1)
    recovery = owed(of)
    written_off(of, recovery)
    receipt = received(of, recovery, 100_00, "S1")
    recovery.refresh_from_db()
    assert receipt.after_write_off_fen == 100_00
    assert (recovery.state, recovery.received_fen) == ("written_off", 100_00)
    assert recovery.written_off_fen == recovery.amount_fen - 100_00
    assert balances()[("written_off", SPECIAL)] == recovery.amount_fen - 100_00
    assert broken() == set()
    received(of, recovery, recovery.amount_fen - 100_00, "S2")
    recovery.refresh_from_db()
    assert (recovery.state, recovery.written_off_fen) == ("repaid", 0)
    assert recovery.claim.state == ClaimState.SETTLED
    assert ("written_off", SPECIAL) not in balances()
    assert make.budgets(of)[SPECIAL][2] == 0
    assert broken() == set()


def test_what_is_still_open_is_repaid_before_what_was_given_up():
    of = make.money(people=1)
    recovery = owed(of)
    written_off(of, recovery, recovery.amount_fen - 60_00)
    receipt = received(of, recovery, 100_00, "S1")
    assert receipt.after_write_off_fen == 40_00
    recovery.refresh_from_db()
    assert (recovery.open_fen, recovery.written_off_fen) == (0, recovery.amount_fen - 100_00)
    # The last open fen came in, and what is left was written off before.
    assert (recovery.state, recovery.claim.state) == ("written_off", ClaimState.WRITTEN_OFF)
    assert broken() == set()


def test_a_later_claim_repays_what_was_written_off():
    of = make.money(people=1)
    recovery = owed(of)
    written_off(of, recovery)
    claim = release(of, signed_later(of, people=2))
    offset = RecoveryOffset.objects.get()
    recovery.refresh_from_db()
    assert offset.after_write_off_fen == recovery.amount_fen
    assert (recovery.state, claim.orders.get().offset_fen) == ("repaid", recovery.amount_fen)
    assert ("written_off", SPECIAL) not in balances()
    assert broken() == set()


def test_who_asks_does_not_sign_and_the_database_says_so_too():
    of = make.money(people=1)
    request = asked(of, owed(of))
    person = of.finance.person_id
    with pytest.raises(Forbidden):
        service.sign_write_off(of.finance, request, on=LATER)
    same = accounts.actor(
        Role.DISTRICT_SUPERVISOR,
        district=of.training_class.district,
        user=accounts.user(person=accounts.Person.objects.get(pk=person)),
    )
    with pytest.raises(Refused) as refusal:
        service.sign_write_off(same, request, on=LATER)
    assert refusal.value.code == "segregation"
    with pytest.raises(DatabaseError), transaction.atomic():
        RecoveryWriteOff.objects.filter(pk=request.pk).update(
            signed_by=person, signed_on=LATER, state="signed"
        )


def test_no_more_is_written_off_than_is_open_when_it_is_signed():
    of = make.money(people=1)
    recovery = owed(of)
    with pytest.raises(Refused):
        asked(of, recovery, recovery.amount_fen + 1)
    request = asked(of, recovery)
    received(of, recovery, 1, "S1")
    with pytest.raises(Refused) as refusal:
        service.sign_write_off(supervisor_of(of), request, on=LATER)
    assert refusal.value.problems[0].code == "more_than_owed"
    recovery.refresh_from_db()
    assert recovery.written_off_fen == 0


def test_without_our_check_the_database_still_refuses(monkeypatch):
    of = make.money(people=1)
    recovery = owed(of)
    request = asked(of, recovery)
    received(of, recovery, 1, "S1")
    monkeypatch.setattr(service, "missing_for_write_off", lambda *_asked: iter(()))
    monkeypatch.setattr(service, "_write_off", lambda *_asked: None)
    with pytest.raises(DatabaseError, match="recovery_within_its_amount"), transaction.atomic():
        service.sign_write_off(supervisor_of(of), request, on=LATER)


def test_a_write_off_needs_document_reason_and_paper_and_finance_to_ask():
    of = make.money(people=1)
    recovery = owed(of)
    for missing in ({"document": " "}, {"reason": ""}, {"upload": None}):
        with pytest.raises(InvalidInput):
            asked(of, recovery, **missing)
    with pytest.raises(Forbidden):
        asked(of, recovery, actor=of.supervisor)
    stranger = accounts.actor(Role.FINANCE_OFFICER, district=accounts.district("110108"))
    with pytest.raises(NotFound):
        asked(of, recovery, actor=stranger)


def test_one_request_waits_at_a_time_and_its_content_stands():
    of = make.money(people=1)
    recovery = owed(of)
    request = asked(of, recovery)
    with pytest.raises(Conflict):
        asked(of, recovery)
    with pytest.raises(DatabaseError, match="stays as it was requested"), transaction.atomic():
        RecoveryWriteOff.objects.update(amount_fen=1)
    service.withdraw_write_off(of.finance, request, on=LATER, opinion=Opinion(reason="金额有误"))
    again = asked(of, recovery)
    service.refuse_write_off(supervisor_of(of), again, on=LATER, opinion=Opinion(reason="依据不足"))
    assert [row.to_state for row in History.objects.of(again)] == ["draft", "submitted", "refused"]
    recovery.refresh_from_db()
    assert recovery.written_off_fen == 0


def test_a_write_off_is_signed_once():
    of = make.money(people=1)
    request = written_off(of, owed(of))
    with pytest.raises(Conflict):
        service.sign_write_off(supervisor_of(of), request, on=LATER)
    assert Transaction.objects.filter(kind="write_off").count() == 1
