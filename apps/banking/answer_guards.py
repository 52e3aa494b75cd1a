"""Database guards of what the bank answered: by a line of its file or a signed letter, and once (I10)."""

import pgtrigger

from apps.core.triggers import Guard, compared_as_a_set

# Looked up for the entries that change, in a plan made for as many as there are.
_ANSWERED_BY_THE_BANK = """
    EXECUTE $rows$
        SELECT EXISTS (
            SELECT FROM new_rows n JOIN old_rows o ON o.id = n.id
             WHERE n.state <> 'waiting' AND o.state = 'waiting'
               AND NOT EXISTS (
                   SELECT FROM public.banking_resultline l
                    WHERE l.entry_id = n.id AND l.outcome = n.state
                      AND CASE WHEN n.state = 'paid'
                               THEN (l.paid_on, l.bank_serial) IS NOT DISTINCT FROM (n.paid_on, n.bank_serial)
                               ELSE l.reason = n.reason END)
               AND NOT EXISTS (
                   SELECT FROM public.banking_writtenanswer a
                    WHERE a.entry_id = n.id AND a.state = 'signed'
                      AND (a.outcome, a.paid_on, a.bank_serial, a.reason)
                          IS NOT DISTINCT FROM (n.state, n.paid_on, n.bank_serial, n.reason)))
    $rows$ INTO _wrong;
    IF _wrong THEN
        RAISE EXCEPTION 'a payment is answered by a line of a result file or by a signed letter of the bank'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_answered_by_the_bank';
    END IF;
    RETURN NULL;
"""
_CONTENT_STANDS = """
    IF (OLD.number, OLD.entry_id, OLD.district_id, OLD.outcome, OLD.paid_on, OLD.bank_serial, OLD.reason,
        OLD.document, OLD.requested_by_id)
       IS DISTINCT FROM
       (NEW.number, NEW.entry_id, NEW.district_id, NEW.outcome, NEW.paid_on, NEW.bank_serial, NEW.reason,
        NEW.document, NEW.requested_by_id) THEN
        RAISE EXCEPTION 'an answer stays as it was entered: withdraw it and enter another one'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_written_answer_stands';
    END IF;
    RETURN NEW;
"""
# When it is entered and when it is signed. The payment is held: a result file that answers it at this moment
# comes before, and refuses, or after.
_OF_A_WAITING_PAYMENT = """
    IF TG_OP = 'UPDATE' THEN
        IF NEW.state = OLD.state OR NEW.state <> 'signed' THEN
            RETURN NULL;
        END IF;
    END IF;
    PERFORM 1 FROM public.banking_batchentry e WHERE e.id = NEW.entry_id FOR UPDATE;
    IF NOT EXISTS (
        SELECT FROM public.banking_batchentry e JOIN public.banking_paymentbatch b ON b.id = e.batch_id
         WHERE e.id = NEW.entry_id AND e.live AND e.state = 'waiting' AND b.state = 'sent'
           AND b.district_id = NEW.district_id
    ) THEN
        RAISE EXCEPTION 'the bank answers a payment that it has and has not answered yet'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_written_answer_awaited';
    END IF;
    RETURN NULL;
"""


def answered_guard() -> Guard:
    """A payment of a batch is answered as the bank said: in a file, or in a letter that two people signed."""
    return Guard(
        name="said_by_the_bank",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        declare=[("_wrong", "boolean")],
        func=_ANSWERED_BY_THE_BANK,
    )


def result_line_guard() -> Guard:
    """What was answered in writing is not answered by a file as well."""
    return compared_as_a_set(
        "not_answered_in_writing",
        joins="JOIN public.banking_writtenanswer a ON a.entry_id = n.entry_id AND a.state = 'signed'",
        wrong="n.outcome <> 'pending'",
        message="the bank has answered this payment in writing",
        constraint="banking_answered_in_writing",
        code="restrict_violation",
    )


def written_answer_guards() -> list[Guard]:
    """A letter stays as it was entered, and is about a payment that waits for its answer."""
    return [
        Guard(
            name="content_stands",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=_CONTENT_STANDS,
        ),
        Guard(
            name="of_a_waiting_payment",
            level=pgtrigger.Row,
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update,
            func=_OF_A_WAITING_PAYMENT,
        ),
    ]
