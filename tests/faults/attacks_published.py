"""Attacks on public notices: a signature too early or over an objection, and what was published changed."""

from copy import deepcopy
from datetime import date, timedelta

from psycopg2.extras import Json

from apps.claims.models import Claim, ClaimLine, PublicNotice
from apps.policy.models import PolicyDocument
from apps.policy.reader import rules_from_content
from tests.factories import notices
from tests.faults.attacks import acted, copy_row, run
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import Town


def _publish(owner: Owner) -> None:
    """The town's documents become those of a city that publishes its claims."""
    for document in PolicyDocument.objects.all():
        content = deepcopy(document.content)
        asked = content["parameters"].get("public_notice_required")
        if asked is not None:
            asked["values"] = dict.fromkeys(asked["values"], "yes")
            owner.run(
                "UPDATE policy_policydocument SET content = %s, sha256 = %s WHERE id = %s",
                [Json(content), rules_from_content(content).sha256, document.pk],
            )


def published(town: Town, owner: Owner) -> PublicNotice:
    """The second class's claim waits for its signature, and its notice runs from the first day on."""
    _publish(owner)
    shop = town.shops[1]
    return notices.by_hand(shop.money, Claim.objects.get(pk=shop.claim_id))


def _sign(town: Town, notice: PublicNotice, on: date) -> None:
    """A signature past the services."""
    with acted(town.supervisor, "sign"):
        run("UPDATE claims_claim SET state = 'approved', approved_on = %s WHERE id = %s", on, notice.claim_id)


def sign_on_the_last_day(town: Town, owner: Owner) -> None:
    notice = published(town, owner)
    _sign(town, notice, notice.ends_on)


def sign_what_was_not_published(town: Town, owner: Owner) -> None:
    """The notice told of a smaller amount than the claim asks for."""
    notice = published(town, owner)
    owner.run("UPDATE claims_noticeline SET amount_fen = 1 WHERE notice_id = %s", [notice.pk])
    _sign(town, notice, FIRST_DAY)


def sign_over_an_objection(town: Town, owner: Owner) -> None:
    notice = published(town, owner)
    notices.objected(notice.claim)
    _sign(town, notice, FIRST_DAY)


def sign_for_who_may_not_apply(town: Town, owner: Owner) -> None:
    notice = published(town, owner)
    run(
        "UPDATE enterprises_enterprise SET standing = 'suspended', standing_reason = 'x', standing_from = %s"
        " WHERE organisation_id = %s",
        notice.ends_on,
        notice.enterprise_id,
    )
    _sign(town, notice, notice.ends_on + timedelta(days=1))


def shorten_a_notice(town: Town, owner: Owner) -> None:
    run(
        "UPDATE claims_publicnotice SET days = 1, ends_on = published_on + 1 WHERE id = %s",
        published(town, owner).pk,
    )


def change_a_published_line(town: Town, owner: Owner) -> None:
    run("UPDATE claims_noticeline SET amount_fen = 1 WHERE notice_id = %s", published(town, owner).pk)


def remove_a_published_line(town: Town, owner: Owner) -> None:
    run("DELETE FROM claims_noticeline WHERE notice_id = %s", published(town, owner).pk)


def move_an_objection(town: Town, owner: Owner) -> None:
    """It holds somebody else, and the line that it was raised against is free."""
    notice = published(town, owner)
    objection = notices.objected(notice.claim)
    other = ClaimLine.objects.filter(claim_id=notice.claim_id).exclude(enrolment=objection.enrolment).first()
    assert other is not None
    run("UPDATE claims_objection SET enrolment_id = %s WHERE id = %s", other.enrolment_id, objection.pk)


def object_after_the_notice(town: Town, owner: Owner) -> None:
    """It came in on the day after, and would hold the line all the same."""
    notice = published(town, owner)
    objection = notices.objected(notice.claim)
    with acted(town.reviewer, "create"):
        copy_row(
            "claims_objection",
            f"id = {objection.pk}",
            number="number || 'x'",
            received_on=f"'{notice.ends_on + timedelta(days=1)}'",
        )


def reopen_after_the_signature(town: Town, owner: Owner) -> None:
    """It was dismissed and its line signed for; now the line shall be held again."""
    notice = published(town, owner)
    objection = notices.objected(notice.claim)
    notices.dismissed(town.shops[1].money, objection)
    _sign(town, notice, FIRST_DAY)
    with acted(town.supervisor, "reopen"):
        run("UPDATE claims_objection SET state = 'open' WHERE id = %s", objection.pk)


def remove_an_objection(town: Town, owner: Owner) -> None:
    objection = notices.objected(published(town, owner).claim)
    run("DELETE FROM claims_objection WHERE id = %s", objection.pk)
