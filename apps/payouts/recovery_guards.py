"""Database guards of recoveries: what came back, was set off or written off is counted by the database.

A row of money moves the counters of its notice; nobody sets them by hand, and the notice's state follows
from them. Tables are named with their schema: a temporary table of the same name must not blind a guard.
"""

import pgtrigger

from apps.core.triggers import Guard

# Depth 1 is somebody's own UPDATE; what the guards below count arrives one level deeper.
_COUNTED = """
    IF (OLD.number, OLD.claim_id, OLD.district_id, OLD.enterprise_id, OLD.amount_fen, OLD.issued_on,
        OLD.first_due_on, OLD.issued_by_id)
       IS DISTINCT FROM
       (NEW.number, NEW.claim_id, NEW.district_id, NEW.enterprise_id, NEW.amount_fen, NEW.issued_on,
        NEW.first_due_on, NEW.issued_by_id) THEN
        RAISE EXCEPTION 'a recovery notice stays as it was issued'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_recovery_stands';
    END IF;
    IF pg_trigger_depth() < 2
       AND (OLD.received_fen, OLD.offset_fen, OLD.written_off_fen, OLD.state)
           IS DISTINCT FROM (NEW.received_fen, NEW.offset_fen, NEW.written_off_fen, NEW.state) THEN
        RAISE EXCEPTION 'what came back of a recovery is counted from its rows'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_recovery_counted';
    END IF;
    NEW.state := CASE
        WHEN NEW.received_fen + NEW.offset_fen = NEW.amount_fen THEN 'repaid'
        WHEN NEW.received_fen + NEW.offset_fen + NEW.written_off_fen = NEW.amount_fen THEN 'written_off'
        WHEN NEW.received_fen + NEW.offset_fen + NEW.written_off_fen > 0 THEN 'partly'
        ELSE 'issued' END;
    RETURN NEW;
"""

_BEGINS = """
    IF (NEW.received_fen, NEW.offset_fen, NEW.written_off_fen, NEW.state) <> (0, 0, 0, 'issued') THEN
        RAISE EXCEPTION 'a recovery begins with nothing repaid'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_recovery_counted';
    END IF;
    NEW.first_due_on := coalesce(NEW.first_due_on, NEW.due_on);
    RETURN NEW;
"""

_KEPT = """
    RAISE EXCEPTION 'a recovery notice is never deleted'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_recovery_stands';
"""

# A serial number counts once: a receipt takes the place of one that was undone, with its number.
_IN_ITS_PLACE = """
    IF NEW.instead_of_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM public.payouts_recoveryreceipt r
          JOIN public.payouts_undonereceipt u ON u.receipt_id = r.id
         WHERE r.id = NEW.instead_of_id AND r.bank_serial = NEW.bank_serial
    ) THEN
        RAISE EXCEPTION 'a receipt takes the place of one that was undone, with its serial number'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_receipt_in_its_place';
    END IF;
"""

# Whoever matches a movement with the receipt at this moment waits for the lock, then sees that it is undone.
_UNCOUNT = """
    PERFORM pg_advisory_xact_lock(hashtextextended('payouts_recoveryreceipt:' || NEW.receipt_id, 0));
    UPDATE public.payouts_recovery r
       SET received_fen = r.received_fen - p.amount_fen,
           written_off_fen = r.written_off_fen + p.after_write_off_fen
      FROM public.payouts_recoveryreceipt p
     WHERE p.id = NEW.receipt_id AND r.id = p.recovery_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such receipt'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payouts_recovery_counted';
    END IF;
    RETURN NULL;
"""

_COUNT = """
    UPDATE public.payouts_recovery
       SET {column} = {column} + NEW.amount_fen, written_off_fen = written_off_fen - NEW.after_write_off_fen
     WHERE id = NEW.recovery_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such recovery'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payouts_recovery_counted';
    END IF;
    RETURN NULL;
"""

# A set-off belongs to the release of a claim that pays: same enterprise and district, before its order is
# made, and never for more than the claim pays.
_FITS = """
    IF NOT EXISTS (
        SELECT 1 FROM public.claims_claim c JOIN public.payouts_recovery r ON r.id = NEW.recovery_id
         WHERE c.id = NEW.claim_id AND c.state = 'approved' AND c.id <> r.claim_id
           AND (c.enterprise_id, c.district_id) = (r.enterprise_id, r.district_id)
           AND c.net_fen >= (SELECT sum(o.amount_fen) FROM public.payouts_recoveryoffset o
                              WHERE o.claim_id = c.id)
    ) OR EXISTS (
        SELECT 1 FROM public.payouts_paymentorder p
         WHERE p.claim_id = NEW.claim_id AND p.attempt >= NEW.attempt
    ) THEN
        RAISE EXCEPTION 'a recovery is set off against what a claim of the same enterprise pays, and no more'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_offset_fits';
    END IF;
"""

_WRITTEN_OFF = """
    IF NEW.state = 'signed' AND OLD.state <> 'signed' THEN
        UPDATE public.payouts_recovery SET written_off_fen = written_off_fen + NEW.amount_fen
         WHERE id = NEW.recovery_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no such recovery'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payouts_recovery_counted';
        END IF;
    END IF;
    RETURN NULL;
"""

# What an order pays and what was set off make up what the claim pays; an order never changes either.
_ORDER_WHOLE = """
    IF NOT EXISTS (
        SELECT 1 FROM public.claims_claim c
         WHERE c.id = NEW.claim_id AND c.net_fen = NEW.amount_fen + NEW.offset_fen
           AND NEW.offset_fen = (SELECT coalesce(sum(o.amount_fen), 0) FROM public.payouts_recoveryoffset o
                                  WHERE o.claim_id = c.id AND o.attempt <= NEW.attempt)
    ) THEN
        RAISE EXCEPTION 'an order pays what its claim comes to, less what was set off'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_order_whole';
    END IF;
    RETURN NULL;
"""


def _row(name: str, when: pgtrigger.When, operation: pgtrigger.Operation, func: str) -> Guard:
    return Guard(name=name, level=pgtrigger.Row, when=when, operation=operation, func=func)


def recovery_guards() -> list[Guard]:
    """The notice stands as issued, and its counters and state follow its rows."""
    return [
        _row("counted", pgtrigger.Before, pgtrigger.Update, _COUNTED),
        _row("begins", pgtrigger.Before, pgtrigger.Insert, _BEGINS),
        _row("notice_kept", pgtrigger.Before, pgtrigger.Delete, _KEPT),
    ]


def receipt_guard() -> Guard:
    """A receipt counts on its notice, and its serial number once."""
    func = _IN_ITS_PLACE + _COUNT.format(column="received_fen")
    return _row("counts", pgtrigger.After, pgtrigger.Insert, func)


def undone_receipt_guard() -> Guard:
    """A receipt that was undone does not count on its notice any more."""
    return _row("counts", pgtrigger.After, pgtrigger.Insert, _UNCOUNT)


def offset_guard() -> Guard:
    """A set-off fits its claim and counts on its notice."""
    return _row("counts", pgtrigger.After, pgtrigger.Insert, _FITS + _COUNT.format(column="offset_fen"))


def write_off_guard() -> Guard:
    """A signed write-off counts on its notice."""
    return _row("counts", pgtrigger.After, pgtrigger.Update, _WRITTEN_OFF)


def order_guards() -> list[Guard]:
    """An order pays what the claim comes to less what was set off."""
    return [
        _row("order_whole", pgtrigger.After, pgtrigger.Insert, _ORDER_WHOLE),
        Guard(
            name="order_stays_whole",
            level=pgtrigger.Row,
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf("amount_fen", "offset_fen", "claim_id", "attempt"),
            func=_ORDER_WHOLE,
        ),
    ]
