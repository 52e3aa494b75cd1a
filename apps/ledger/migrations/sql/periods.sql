-- What lies at or before a closed month takes no postings. One look at a statement, whatever it posts.
-- A posting holds the lock of periods shared until its end, a closing holds it alone: either the posting ends
-- before the closing looks, or it waits and finds the month closed.
CREATE FUNCTION ledger_check_period() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    open_from date;
    early date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('ledger_periods', 0));
    SELECT max(month) + interval '1 month' INTO open_from FROM ledger_accountingperiod WHERE state = 'closed';
    IF open_from IS NOT NULL THEN
        SELECT min(on_date) INTO early FROM posted;
        IF early < open_from THEN
            RAISE EXCEPTION 'the books are closed before %: % takes no posting', open_from, early
                USING ERRCODE = 'check_violation', TABLE = 'ledger_transaction',
                      CONSTRAINT = 'ledger_period_closed';
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER ledger_period_open AFTER INSERT ON ledger_transaction
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_period();

REVOKE EXECUTE ON FUNCTION ledger_check_period() FROM PUBLIC;
