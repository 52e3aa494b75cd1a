-- What the database itself holds about transactions and legs (I1, I2), and the balances that it keeps.
--
-- Every guard looks at the whole statement through transition tables, so a bulk posting pays for it once.
-- The plan of a trigger is kept for the session: one made while the ledger was small, or for a bulk of 100,000,
-- would read the whole ledger for every posting after it. Hence one row is looked up by its key, many are joined
-- by a query that is planned for them (EXECUTE), and sequential scans are off.
-- Functions that write kept tables act as the owner, name their search path, and may be attached by nobody.

-- Legs --------------------------------------------------------------------------------------------
CREATE FUNCTION ledger_check_legs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    seen record;
    stray bigint;
BEGIN
    -- Positions count from 1 and are unique, so as many legs as the highest says means: all of them, of one day,
    -- in this statement. Legs that come later are refused by this too.
    SELECT min(transaction_id) FILTER (WHERE legs < 2 OR legs <> highest) AS not_whole,
           min(transaction_id) FILTER (WHERE difference <> 0) AS unbalanced,
           bool_or(first_fund <> last_fund) AS over_funds,
           min(transaction_id) AS first, max(transaction_id) AS last, min(on_date) AS day
      INTO seen
      FROM (SELECT transaction_id, on_date, count(*) AS legs, max(position) AS highest,
                   min(fund_code) AS first_fund, max(fund_code) AS last_fund,
                   sum(debit_fen - credit_fen) AS difference
              FROM posted
             GROUP BY transaction_id, on_date) AS grouped;
    IF seen.first = seen.last THEN
        SELECT seen.first INTO stray
         WHERE seen.day IS DISTINCT FROM (SELECT on_date FROM ledger_transaction WHERE id = seen.first);
    ELSE
        EXECUTE 'SELECT min(posted.transaction_id)
                   FROM posted LEFT JOIN ledger_transaction AS head
                     ON head.id = posted.transaction_id AND head.on_date = posted.on_date
                        AND head.id BETWEEN $1 AND $2
                  WHERE posted.position = 1 AND head.id IS NULL'
           INTO stray USING seen.first, seen.last;
    END IF;
    seen.not_whole := coalesce(seen.not_whole, stray);
    IF seen.not_whole IS NOT NULL THEN
        RAISE EXCEPTION 'the legs of transaction % are not whole: two or more, numbered from 1, of its own day,'
            ' in one statement with it', seen.not_whole
            USING ERRCODE = 'check_violation', TABLE = 'ledger_transaction',
                  CONSTRAINT = 'ledger_transaction_whole';
    END IF;
    IF seen.over_funds THEN
        SELECT min(transaction_id) INTO seen.unbalanced
          FROM (SELECT transaction_id FROM posted
                 GROUP BY transaction_id, fund_code HAVING sum(debit_fen - credit_fen) <> 0) AS grouped;
    END IF;
    IF seen.unbalanced IS NOT NULL THEN
        RAISE EXCEPTION 'debits and credits of transaction % differ', seen.unbalanced
            USING ERRCODE = 'check_violation', TABLE = 'ledger_transaction',
                  CONSTRAINT = 'ledger_transaction_balances';
    END IF;

    -- An account or fund that does not exist comes out as NULL here, which the column refuses. A foreign key
    -- would ask for each row; nobody can remove what was there (see the guards of the chart).
    INSERT INTO ledger_balancedelta (account_code, fund_code, district_code, on_date, debit_fen, credit_fen)
    SELECT (SELECT code FROM ledger_account WHERE code = account_code),
           (SELECT code FROM ledger_fund WHERE code = fund_code),
           district_code, on_date, debit, credit
      FROM (SELECT account_code, fund_code, district_code, on_date,
                   sum(debit_fen) AS debit, sum(credit_fen) AS credit
              FROM posted
             GROUP BY account_code, fund_code, district_code, on_date) AS grouped;

    -- Each thousandth transaction folds what has gathered, so that balances stay quick without any task.
    IF seen.last / 1000 > (seen.first - 1) / 1000 THEN
        PERFORM ledger_fold();
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION ledger_fold() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    folded integer;
BEGIN
    -- One at a time, and nobody waits: what is left now is folded next time. Returns -1 then.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('ledger_fold', 0)) THEN
        RETURN -1;
    END IF;
    WITH gone AS (
        DELETE FROM ledger_balancedelta RETURNING account_code, fund_code, district_code, on_date, debit_fen, credit_fen
    ), days AS (
        INSERT INTO ledger_daybalance AS kept (account_code, fund_code, district_code, on_date, debit_fen, credit_fen)
        SELECT account_code, fund_code, district_code, on_date, sum(debit_fen), sum(credit_fen)
          FROM gone GROUP BY account_code, fund_code, district_code, on_date
        ON CONFLICT (on_date, account_code, fund_code, district_code) DO UPDATE
        SET debit_fen = kept.debit_fen + EXCLUDED.debit_fen, credit_fen = kept.credit_fen + EXCLUDED.credit_fen
    ), totals AS (
        INSERT INTO ledger_balance AS kept (account_code, fund_code, district_code, debit_fen, credit_fen)
        SELECT account_code, fund_code, district_code, sum(debit_fen), sum(credit_fen)
          FROM gone GROUP BY account_code, fund_code, district_code
        ON CONFLICT (account_code, fund_code, district_code) DO UPDATE
        SET debit_fen = kept.debit_fen + EXCLUDED.debit_fen, credit_fen = kept.credit_fen + EXCLUDED.credit_fen
    )
    SELECT count(*) INTO folded FROM gone;
    RETURN folded;
END
$$;

CREATE TRIGGER ledger_legs_whole AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_legs();

-- Transactions ------------------------------------------------------------------------------------
CREATE FUNCTION ledger_check_transactions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    seen record;
    bad record;
    bare bigint;
BEGIN
    SELECT min(id) AS first, max(id) AS last, count(reverses_id) AS reversals INTO seen FROM posted;
    IF seen.first = seen.last THEN
        SELECT seen.first INTO bare
         WHERE (SELECT 1 FROM ledger_leg WHERE transaction_id = seen.first AND position = 1) IS NULL;
    ELSE
        EXECUTE 'SELECT min(posted.id)
                   FROM posted LEFT JOIN ledger_leg AS leg
                     ON leg.transaction_id = posted.id AND leg.position = 1
                        AND leg.transaction_id BETWEEN $1 AND $2
                  WHERE leg.transaction_id IS NULL'
           INTO bare USING seen.first, seen.last;
    END IF;
    IF bare IS NOT NULL THEN
        RAISE EXCEPTION 'transaction % has no legs: they come in one statement with it', bare
            USING ERRCODE = 'check_violation', TABLE = 'ledger_transaction',
                  CONSTRAINT = 'ledger_transaction_has_legs';
    END IF;

    IF seen.reversals > 0 THEN
        SELECT id INTO bad
          FROM posted
         WHERE reverses_id IS NOT NULL
           AND (SELECT jsonb_agg(jsonb_build_array(account_code, fund_code, district_code, debit_fen, credit_fen)
                                 ORDER BY position)
                  FROM ledger_leg WHERE transaction_id = posted.reverses_id)
               IS DISTINCT FROM
               (SELECT jsonb_agg(jsonb_build_array(account_code, fund_code, district_code, credit_fen, debit_fen)
                                 ORDER BY position)
                  FROM ledger_leg WHERE transaction_id = posted.id)
         LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'transaction % is not the mirror of the one that it reverses', bad.id
                USING ERRCODE = 'check_violation', TABLE = 'ledger_transaction',
                      CONSTRAINT = 'ledger_transaction_reversal_mirrors';
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER ledger_transactions_whole AFTER INSERT ON ledger_transaction
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_transactions();

-- The chart -----------------------------------------------------------------------------------------
CREATE FUNCTION ledger_chart_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the code % of % stays: legs may name it', OLD.code, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';
END
$$;
CREATE TRIGGER ledger_account_stays BEFORE DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_chart_stays();
CREATE TRIGGER ledger_account_keeps_code BEFORE UPDATE ON ledger_account
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION ledger_chart_stays();
CREATE TRIGGER ledger_fund_stays BEFORE DELETE ON ledger_fund
    FOR EACH ROW EXECUTE FUNCTION ledger_chart_stays();
CREATE TRIGGER ledger_fund_keeps_code BEFORE UPDATE ON ledger_fund
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION ledger_chart_stays();

REVOKE EXECUTE ON FUNCTION ledger_check_legs(), ledger_check_transactions() FROM PUBLIC;

-- Posting -----------------------------------------------------------------------------------------
-- One round trip and a kept plan. Returns no row where the key was posted before (by then committed).
CREATE FUNCTION ledger_post(
    p_key text, p_on date, p_kind text, p_memo text, p_reverses bigint, p_by bigint,
    p_subject_type text, p_subject_id bigint,
    accounts text[], funds text[], districts text[], debits bigint[], credits bigint[],
    subject_types text[], subject_ids bigint[]
) RETURNS TABLE (posted_id bigint, posted_at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH head AS (
        INSERT INTO ledger_transaction (key, on_date, kind, memo, reverses_id, posted_by_id, subject_type, subject_id)
        VALUES (p_key, p_on, p_kind, p_memo, p_reverses, p_by, p_subject_type, p_subject_id)
        ON CONFLICT (key) DO NOTHING
        RETURNING id, created_at
    ), legs AS (
        INSERT INTO ledger_leg (transaction_id, position, on_date, account_code, fund_code, district_code,
                                debit_fen, credit_fen, subject_type, subject_id)
        SELECT head.id, leg.position, p_on, leg.account, leg.fund, leg.district,
               leg.debit, leg.credit, leg.subject_type, leg.subject_id
          FROM head,
               unnest(accounts, funds, districts, debits, credits, subject_types, subject_ids)
               WITH ORDINALITY AS leg (account, fund, district, debit, credit, subject_type, subject_id, position)
    )
    SELECT head.id, head.created_at FROM head;
END
$$;
