"""Database guards of payment batches: what was signed is what is sent, and to whom it was approved (I8, I9).

Tables are named with their schema: a temporary table of the same name must not blind a guard.
"""

import pgtrigger

from apps.core.triggers import Guard, compared_as_a_set

# What is in the file, and the file, stand from the signature on; the rest stands from the beginning.
# Sealed numbers are left out: they are sealed anew when keys change.
_FILE_STANDS = """
    IF (OLD.number, OLD.district_id, OLD.paying_account_id, OLD.maker_id, OLD.made_by_id)
       IS DISTINCT FROM
       (NEW.number, NEW.district_id, NEW.paying_account_id, NEW.maker_id, NEW.made_by_id)
       OR (OLD.state IN ('signed', 'sent', 'answered', 'closed', 'cancelled')
           AND (OLD.profile_key, OLD.profile_sha256, OLD.pay_on, OLD.payer_name,
                OLD.payer_bank, OLD.payer_bank_code, OLD.count, OLD.total_fen, OLD.file_id,
                OLD.file_sha256, OLD.checker_id, OLD.signer_id, OLD.frozen_on)
               IS DISTINCT FROM
               (NEW.profile_key, NEW.profile_sha256, NEW.pay_on, NEW.payer_name,
                NEW.payer_bank, NEW.payer_bank_code, NEW.count, NEW.total_fen, NEW.file_id,
                NEW.file_sha256, NEW.checker_id, NEW.signer_id, NEW.frozen_on)) THEN
        RAISE EXCEPTION 'a payment file that was signed stays as it is'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_file_stands';
    END IF;
    RETURN NEW;
"""

# At the signature and again whenever the file leaves, though not where the bank did not take it: count and
# total are those of the entries, and each goes to the account that was signed for and is still the
# enterprise's. The accounts are held until the end of the transaction, so that one that changes at this
# moment changes before (and refuses) or after.
_FREEZE = """
    IF NEW.state = OLD.state OR NEW.state NOT IN ('signed', 'sent') OR OLD.state = 'sent' THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM public.enterprises_bankaccount a
      WHERE a.state = 'confirmed' AND a.organisation_id IN (
            SELECT o.enterprise_id FROM public.banking_batchentry e
              JOIN public.payouts_paymentorder o ON o.id = e.order_id
             WHERE e.batch_id = NEW.id AND e.live)
      ORDER BY a.id FOR SHARE;
    IF NOT EXISTS (
        SELECT 1 FROM public.banking_batchentry e WHERE e.batch_id = NEW.id AND e.live
        HAVING count(*) > 0 AND count(*) = NEW.count AND sum(e.amount_fen) = NEW.total_fen
    ) THEN
        RAISE EXCEPTION 'count and total of batch % are not those of its entries', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_control_total';
    END IF;
    IF EXISTS (
        SELECT 1 FROM public.banking_batchentry e
          JOIN public.payouts_paymentorder o ON o.id = e.order_id
          JOIN public.claims_claim c ON c.id = o.claim_id
          LEFT JOIN public.enterprises_bankaccount a
            ON a.organisation_id = o.enterprise_id AND a.state = 'confirmed'
         WHERE e.batch_id = NEW.id AND e.live
           AND (o.state <> 'released' OR c.state <> 'released'
                OR (e.order_number, e.payee_name, e.amount_fen, e.payee_fingerprint)
                   IS DISTINCT FROM (o.number, o.account_name, o.amount_fen, o.payee_fingerprint)
                OR o.amount_fen + o.offset_fen <> c.net_fen OR o.district_id <> NEW.district_id
                OR c.payee_fingerprint <> o.payee_fingerprint
                OR a.fingerprint IS DISTINCT FROM o.payee_fingerprint)
    ) THEN
        RAISE EXCEPTION 'batch % pays somebody or something that was not approved', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'banking_payee_approved';
    END IF;
    RETURN NULL;
"""

_ENTRIES_ADDED = """
    PERFORM 1 FROM public.banking_paymentbatch WHERE id IN (SELECT batch_id FROM new_rows)
      ORDER BY id FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM new_rows n LEFT JOIN public.banking_paymentbatch b ON b.id = n.batch_id
         WHERE b.state IS DISTINCT FROM 'draft' OR n.state <> 'waiting' OR NOT n.live
    ) THEN
        RAISE EXCEPTION 'payments are added while a batch is made up, and not afterwards'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_entries_stay';
    END IF;
    RETURN NULL;
"""

# An entry leaves a batch that was not sent, and is answered once by the bank of a batch that was.
_ENTRIES_CHANGED = """
    IF EXISTS (
        SELECT 1 FROM old_rows o LEFT JOIN new_rows n ON n.id = o.id
          LEFT JOIN public.banking_paymentbatch b ON b.id = o.batch_id
         WHERE n.id IS NULL
            OR to_jsonb(n) - '{live,state,paid_on,bank_serial,reason}'::text[]
               IS DISTINCT FROM to_jsonb(o) - '{live,state,paid_on,bank_serial,reason}'::text[]
            OR (n.live <> o.live AND (n.live OR b.state NOT IN ('draft', 'checked', 'signed')))
            OR ((n.state, n.paid_on, n.bank_serial, n.reason)
                IS DISTINCT FROM (o.state, o.paid_on, o.bank_serial, o.reason)
                AND (o.state <> 'waiting' OR NOT o.live OR b.state <> 'sent'))
    ) THEN
        RAISE EXCEPTION 'an entry of a payment batch stays as it is, and is answered once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_entries_stay';
    END IF;
    RETURN NULL;
"""

_KEPT = """
    RAISE EXCEPTION 'an entry of a payment batch is never removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_entries_stay';
"""

# The number is sealed anew when keys change; its index says which it is. The second signature is given once.
_ACCOUNT_FIXED = """
    IF to_jsonb(NEW) - '{retired_on,account_number,confirmed_on,confirmed_by_id,confirmer_id}'::text[]
       IS DISTINCT FROM
       to_jsonb(OLD) - '{retired_on,account_number,confirmed_on,confirmed_by_id,confirmer_id}'::text[]
       OR (OLD.confirmed_on IS NOT NULL
           AND (NEW.confirmed_on, NEW.confirmed_by_id, NEW.confirmer_id)
               IS DISTINCT FROM (OLD.confirmed_on, OLD.confirmed_by_id, OLD.confirmer_id))
       OR (OLD.retired_on IS NOT NULL AND NEW.retired_on IS DISTINCT FROM OLD.retired_on) THEN
        RAISE EXCEPTION 'an account that payments come from is replaced, not edited'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_account_fixed';
    END IF;
    RETURN NEW;
"""

# What a movement is stays as it was found. It goes only where the row that undoes it stands already; a part
# of a division that was taken back never counts again.
_MATCH_STAYS = """
    IF TG_OP = 'DELETE' AND OLD.kind <> 'taken_back' AND EXISTS (
        SELECT 1 FROM public.banking_undonematch u
         WHERE u.match_id = OLD.id
           AND (u.line_id, u.kind, u.entry_id, u.returned_id, u.transaction_id, u.receipt_id, u.division_id)
               IS NOT DISTINCT FROM
               (OLD.line_id, OLD.kind, OLD.entry_id, OLD.returned_id, OLD.transaction_id, OLD.receipt_id,
                OLD.division_id)
           AND (OLD.receipt_id IS NULL
                OR EXISTS (SELECT 1 FROM public.payouts_undonereceipt r WHERE r.receipt_id = OLD.receipt_id))
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what a movement was found to be stays, or is undone by a row of its own'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_match_stays';
"""
# No movement is a receipt that was undone. Whoever undoes it at this moment holds the lock, or waits for it.
_RECEIPT_COUNTS = """
    PERFORM pg_advisory_xact_lock(hashtextextended('payouts_recoveryreceipt:' || NEW.receipt_id, 0));
    IF EXISTS (SELECT 1 FROM public.payouts_undonereceipt r WHERE r.receipt_id = NEW.receipt_id) THEN
        RAISE EXCEPTION 'a receipt that was undone is no movement'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_receipt_counts';
    END IF;
    RETURN NEW;
"""
# Statements, movements, entries and accounts of people are never removed and keep their key. A payment's
# movement has its amount and is on the account that its batch was paid from.
_REFERS_TO = """
    LEFT JOIN public.banking_statementline l ON l.id = n.line_id
    LEFT JOIN public.banking_batchentry e ON e.id = n.entry_id
    LEFT JOIN public.banking_paymentbatch b ON b.id = e.batch_id
    LEFT JOIN public.accounts_user u ON u.id = n.matched_by_id
"""
_REFERS_WRONGLY = """
    l.id IS NULL
    OR (n.matched_by_id IS NOT NULL AND u.id IS NULL)
    OR (n.entry_id IS NOT NULL
        AND (e.amount_fen, b.paying_account_id) IS DISTINCT FROM (-l.amount_fen, l.paying_account_id))
"""
_MATCHES_KEPT = """
    IF current_database() LIKE 'test\\_%' AND current_setting('shitu.test_flush', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'what movements were found to be stays'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_match_stays';
"""


def batch_guards() -> list[Guard]:
    """A file stands once signed, and only what was approved is signed and sent."""
    return [
        Guard(
            name="file_stands",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=_FILE_STANDS,
        ),
        Guard(
            name="only_approved",
            level=pgtrigger.Row,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            func=_FREEZE,
        ),
    ]


def entry_guards() -> list[Guard]:
    """Entries are added to drafts, stay as they are, and are answered once."""
    return [
        Guard(
            name="entries_added",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=_ENTRIES_ADDED,
        ),
        Guard(
            name="entries_changed",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=_ENTRIES_CHANGED,
        ),
        Guard(
            name="entries_kept",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=_KEPT,
        ),
    ]


def from_a_signed_account() -> Guard:
    """A batch is paid from an account for which a second person signed."""
    return Guard(
        name="from_a_signed_account",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func="""
            IF NOT EXISTS (
                SELECT FROM public.banking_payingaccount a
                 WHERE a.id = NEW.paying_account_id AND a.confirmed_on IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'payments come from an account for which a second person signed'
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'banking_account_signed';
            END IF;
            RETURN NULL;
        """,
    )


def account_guard() -> Guard:
    """A paying account is replaced, not edited."""
    return Guard(
        name="account_fixed",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=_ACCOUNT_FIXED,
    )


def line_guard() -> Guard:
    """A movement is one of its statement, on the account of the statement."""
    return compared_as_a_set(
        "of_its_statement",
        joins="LEFT JOIN public.banking_bankstatement s ON s.id = n.statement_id",
        wrong="s.paying_account_id IS DISTINCT FROM n.paying_account_id",
        message="a movement is one of its statement, and on the account of it",
        constraint="banking_line_of_its_statement",
    )


def match_guards() -> list[Guard]:
    """A match names what is there, is never changed, and goes only into the record of those undone."""
    return [
        compared_as_a_set(
            "of_what_is_there",
            joins=_REFERS_TO,
            wrong=_REFERS_WRONGLY,
            message="a movement is matched with a payment of its amount and account, by somebody on record",
            constraint="banking_match_of_what_is_there",
        ),
        Guard(
            name="match_stays",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=_MATCH_STAYS,
        ),
        Guard(
            name="receipt_counts",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            condition=pgtrigger.Condition("NEW.receipt_id IS NOT NULL"),
            func=_RECEIPT_COUNTS,
        ),
        Guard(
            name="matches_kept",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=_MATCHES_KEPT,
        ),
    ]
