"""The counters that keep every apprentice under what is due, moved for a whole claim at once.

Each statement locks the rows in the order of their key; the table's CHECKs refuse what would be too much.
"""

from django.db import connection

from apps.claims.models import Claim

_CREATE = """
    INSERT INTO claims_entitlement
        (enrolment_id, district_id, standard_fen, advance_fen, due_fen,
         committed_fen, paid_fen, to_recover_fen, recovered_fen)
    SELECT l.enrolment_id, l.district_id, k.standard_fen, k.advance_fen, NULL, 0, 0, 0, 0
      FROM claims_claimline l JOIN claims_calculation k ON k.id = l.calculation_id
     WHERE l.claim_id = %s
     ORDER BY l.enrolment_id
    ON CONFLICT (enrolment_id) DO UPDATE
       SET standard_fen = excluded.standard_fen, advance_fen = excluded.advance_fen
     WHERE claims_entitlement.due_fen IS NULL AND claims_entitlement.committed_fen = 0
       AND claims_entitlement.paid_fen = 0
       AND (claims_entitlement.standard_fen, claims_entitlement.advance_fen)
           IS DISTINCT FROM (excluded.standard_fen, excluded.advance_fen)
"""
_LOCK = """
    SELECT 1 FROM claims_entitlement
     WHERE enrolment_id IN (SELECT enrolment_id FROM claims_claimline WHERE claim_id = %s)
     ORDER BY enrolment_id FOR UPDATE
"""
_COMMIT = """
    UPDATE claims_entitlement e
       SET due_fen = coalesce(l.due_fen, e.due_fen),
           committed_fen = e.committed_fen + greatest(l.amount_fen, 0),
           to_recover_fen = e.to_recover_fen + greatest(-l.amount_fen, 0)
      FROM claims_claimline l
     WHERE l.claim_id = %s AND l.enrolment_id = e.enrolment_id
"""
# What was counted before goes back; the row keeps its standard until the next signature counts anew.
_UNCOMMIT = """
    UPDATE claims_entitlement e
       SET due_fen = CASE WHEN l.due_fen IS NULL THEN e.due_fen END,
           committed_fen = e.committed_fen - greatest(l.amount_fen, 0),
           to_recover_fen = e.to_recover_fen - greatest(-l.amount_fen, 0)
      FROM claims_claimline l
     WHERE l.claim_id = %s AND l.enrolment_id = e.enrolment_id
"""
_PAY = """
    UPDATE claims_entitlement e
       SET committed_fen = e.committed_fen - l.amount_fen, paid_fen = e.paid_fen + l.amount_fen
      FROM claims_claimline l
     WHERE l.claim_id = %s AND l.enrolment_id = e.enrolment_id AND l.amount_fen > 0
"""
_UNPAY = """
    UPDATE claims_entitlement e
       SET committed_fen = e.committed_fen + l.amount_fen, paid_fen = e.paid_fen - l.amount_fen
      FROM claims_claimline l
     WHERE l.claim_id = %s AND l.enrolment_id = e.enrolment_id AND l.amount_fen > 0
"""
# Money that came back (or was set off) goes to the lines in the order of their key.
_RECOVER = """
    WITH owed AS (
        SELECT e.enrolment_id, e.to_recover_fen,
               sum(e.to_recover_fen) OVER (ORDER BY e.enrolment_id) - e.to_recover_fen AS before_fen
          FROM claims_entitlement e JOIN claims_claimline l ON l.enrolment_id = e.enrolment_id
         WHERE l.claim_id = %(claim)s AND l.amount_fen < 0
    ), part AS (
        SELECT enrolment_id, least(to_recover_fen, greatest(%(amount)s - before_fen, 0)) AS fen FROM owed
    )
    UPDATE claims_entitlement e
       SET to_recover_fen = e.to_recover_fen - p.fen, recovered_fen = e.recovered_fen + p.fen
      FROM part p
     WHERE p.enrolment_id = e.enrolment_id AND p.fen > 0
"""

# Taken back in the reverse order, so that the first lines stay the ones that were repaid.
_UNRECOVER = """
    WITH back AS (
        SELECT e.enrolment_id, e.recovered_fen,
               sum(e.recovered_fen) OVER (ORDER BY e.enrolment_id DESC) - e.recovered_fen AS before_fen
          FROM claims_entitlement e JOIN claims_claimline l ON l.enrolment_id = e.enrolment_id
         WHERE l.claim_id = %(claim)s AND l.amount_fen < 0
    ), part AS (
        SELECT enrolment_id, least(recovered_fen, greatest(%(amount)s - before_fen, 0)) AS fen FROM back
    )
    UPDATE claims_entitlement e
       SET to_recover_fen = e.to_recover_fen + p.fen, recovered_fen = e.recovered_fen - p.fen
      FROM part p
     WHERE p.enrolment_id = e.enrolment_id AND p.fen > 0
"""


def commit_lines(claim: Claim) -> None:
    """Count every line of a claim that is being signed: as committed, or as to be recovered."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE, [claim.pk])
        cursor.execute(_LOCK, [claim.pk])
        cursor.execute(_COMMIT, [claim.pk])


def uncommit_lines(claim: Claim) -> None:
    """Take back what `commit_lines` counted: the claim's approval was revoked before anything was paid."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [claim.pk])
        cursor.execute(_UNCOMMIT, [claim.pk])


def pay_lines(claim: Claim) -> None:
    """Count the positive lines of a claim as paid."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [claim.pk])
        cursor.execute(_PAY, [claim.pk])


def unpay_lines(claim: Claim) -> None:
    """Count the positive lines of a claim as promised again: the bank sent its payment back."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [claim.pk])
        cursor.execute(_UNPAY, [claim.pk])


def recover_lines(claim: Claim, amount_fen: int) -> None:
    """Count `amount_fen` as recovered on the negative lines of a claim, in the order of their key."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [claim.pk])
        cursor.execute(_RECOVER, {"claim": claim.pk, "amount": amount_fen})


def unrecover_lines(claim: Claim, amount_fen: int) -> None:
    """Count `amount_fen` of a claim as still to be recovered: money that was counted did not come for it."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [claim.pk])
        cursor.execute(_UNRECOVER, {"claim": claim.pk, "amount": amount_fen})
