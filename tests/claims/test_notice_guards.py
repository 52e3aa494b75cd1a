"""What the database keeps of public notices, the detectors behind it, and the attack without the guard."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.accounts.actors import Actor
from apps.casework.acting import acting
from apps.claims.enums import ClaimState
from apps.claims.models import Claim, ClaimLine, NoticeLine, Objection, PublicNotice
from apps.claims.publicity import notice_days
from apps.core import invariants
from apps.policy.reader import rules_from_content
from apps.policy.services.load_policies import store_documents
from tests.claims.conftest import owner, without
from tests.factories import apprentices, notices
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.ledger.conftest import refused_by, run

__all__ = ["owner", "without"]
pytestmark = pytest.mark.django_db
NUMBERS = ["I16d", "I16e"]
_AS = (
    "SET LOCAL shitu.role = 'district_supervisor'; SET LOCAL shitu.action = 'sign';"
    " SET LOCAL shitu.user_id = '{user}'; SET LOCAL shitu.person_id = '{person}';"
)


@contextmanager
def refused(guard: str) -> Iterator[None]:
    """The database refuses the block by itself, and names the guard."""
    with refused_by(guard), transaction.atomic():
        yield


def broken() -> set[str]:
    return {finding.invariant.number for finding in invariants.audit(NUMBERS) if not finding.holds}


def sign_by_hand(of, claim, on) -> int:
    """A signature past the services: the state and its day, as the trigger of the steps lets it through."""
    run(_AS.format(user=of.supervisor.user_id, person=of.supervisor.person_id))
    return run(f"UPDATE claims_claim SET state = 'approved', approved_on = '{on}' WHERE id = {claim.pk}")


def guard_off() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_notice_ended_%'")
        (name,) = cursor.fetchone()
    return f"ALTER TABLE claims_claim DISABLE TRIGGER {name}"


def test_no_claim_is_signed_by_hand_before_its_notice_ended():
    of = notices.published()
    claim = notices.of_notice(of)
    with refused("claims_claim_notice_ended"):
        sign_by_hand(of, claim, notices.notice_of(claim).ends_on)
    assert sign_by_hand(of, claim, notices.day_after(claim)) == 1
    assert broken() == set()


def test_no_claim_is_signed_by_hand_that_was_never_published():
    of = notices.published()
    claim = notices.of_notice(of)
    PublicNotice.objects.update(taken_down_on=ON)
    with refused("claims_claim_notice_ended"):
        sign_by_hand(of, claim, ON + timedelta(days=60))


def test_no_claim_is_signed_by_hand_over_an_objection():
    of = notices.published()
    claim = notices.of_notice(of)
    notices.objected(claim)
    with refused("claims_claim_line_objected"):
        sign_by_hand(of, claim, notices.day_after(claim))


@pytest.mark.parametrize(("objection", "found"), [(False, {"I16d"}), (True, {"I16e"})])
def test_without_the_guard_the_attack_succeeds_and_the_night_finds_it(objection, found, owner):
    of = notices.published()
    claim = notices.of_notice(of)
    on = notices.day_after(claim) if objection else ON
    if objection:
        notices.objected(claim)
    with owner():
        run(guard_off())
    assert sign_by_hand(of, claim, on) == 1
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.APPROVED
    assert broken() == found


def test_only_a_line_that_an_objection_holds_leaves_a_claim_under_review():
    of = notices.published()
    claim = notices.of_notice(of)
    notices.objected(claim, 2)
    held = claim.lines.order_by("id")[1]
    with refused("claims_lines_stay"):
        ClaimLine.objects.filter(pk=held.pk).delete()
    notices.sent_back(of, claim, on=ON)
    with refused("claims_lines_stay"):
        claim.lines.exclude(pk=held.pk).delete()
    assert ClaimLine.objects.filter(pk=held.pk).delete()[0] == 1


def test_a_claim_under_review_takes_new_figures_only_as_those_of_fewer_lines():
    of = notices.published()
    claim = notices.of_notice(of)
    notices.objected(claim, 2)
    notices.sent_back(of, claim, on=ON)
    rows = Claim.objects.filter(pk=claim.pk)
    with refused("claims_claim_figures_stay"):
        rows.update(pay_fen=claim.pay_fen - 1, net_fen=claim.net_fen - 1)
    with refused("claims_claim_sums"):
        rows.update(line_count=2, version=2)
    claim.lines.filter(enrolment__objections__isnull=False).delete()
    with refused("claims_claim_sums"):
        rows.update(line_count=2, version=2)


@pytest.mark.parametrize(
    "change",
    [{"ends_on": ON}, {"people": 1}, {"taken_down_on": ON, "amount_fen": 1}, {"taken_down_why": "x"}],
)
def test_a_notice_stays_as_it_was_published(change):
    notices.of_notice(notices.published())
    with refused("claims_publicnotice_stays"):
        PublicNotice.objects.update(**change)


def test_published_lines_stay_and_are_left_out_once():
    claim = notices.of_notice(notices.published())
    with refused("claims_noticeline_stays"):
        NoticeLine.objects.update(shown_name="张三")
    with refused("claims_noticeline_stays"):
        NoticeLine.objects.all().delete()
    with refused("claims_publicnotice_stays"):
        PublicNotice.objects.filter(claim=claim)._raw_delete("default")
    NoticeLine.objects.filter(position=1).update(left_out_on=ON)
    with refused("claims_noticeline_stays"):
        NoticeLine.objects.filter(position=1).update(left_out_on=None)


def test_an_objection_stays_as_it_was_raised_and_is_of_the_line_it_names():
    claim = notices.of_notice(notices.published())
    objection = notices.objected(claim)
    with refused("claims_objection_stays"):
        Objection.objects.update(reason="别的")
    other = notices.line(claim, 2)
    objection.pk, objection._state.adding, objection.number, objection.line = None, True, "YY2", other
    with refused("claims_objection_of_a_published_line"), acting(Actor.system("x"), "create"):
        objection.save(force_insert=True)


@pytest.mark.parametrize("asked", ["yes", "no"])
@pytest.mark.parametrize("days", [0, 3, 7])
def test_the_database_reads_the_document_as_the_services_do(asked, days):
    content = dict(next(rules.content for rules in apprentices._written() if rules.key == "beijing-2022-11"))
    parameters = content["parameters"] = dict(content["parameters"])
    first = content["document"]["in_force_from"]
    # Read on the first day of the class: what comes after it does not count, nor what was before the last.
    for name, value, after in (
        ("public_notice_required", asked, "no" if asked == "yes" else "yes"),
        ("public_notice_days", days, 9),
    ):
        values = {first: after, "2023-01-01": value, "2035-01-01": after}
        parameters[name] = {**parameters[name], "values": values}
    store_documents([rules_from_content(content)])
    of = make.money(people=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT claims_notice_days(%s)", [of.training_class.pk])
        (found,) = cursor.fetchone()
    assert found == notice_days(of.training_class) == (days if asked == "yes" else 0)
