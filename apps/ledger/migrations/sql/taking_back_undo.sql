-- A refund cannot be taken back any more.

CREATE OR REPLACE FUNCTION ledger_apply_movements() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bad record;
    drawn integer;
    found_rows integer;
BEGIN
    SELECT key INTO bad
      FROM moved
     GROUP BY key
    HAVING min(position) <> 1 OR max(position) <> count(*)
        OR min(kind) <> max(kind) OR min(reservation_key) <> max(reservation_key)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the movements of % are not whole: of one kind, numbered from 1, in one statement', bad.key
            USING ERRCODE = 'check_violation', TABLE = 'ledger_budgetmovement',
                  CONSTRAINT = 'ledger_budgetmovement_whole';
    END IF;

    INSERT INTO ledger_budget (fund_code, district_code, year, appropriated_fen, reserved_fen, used_fen)
    SELECT DISTINCT fund_code, district_code, year, 0, 0, 0 FROM moved ORDER BY district_code, year, fund_code
    ON CONFLICT (district_code, year, fund_code) DO NOTHING;

    -- Locks are taken in one order everywhere (see ledger_lock_budgets), or two batches could wait for each other.
    PERFORM 1
       FROM ledger_budget
      WHERE (district_code, year, fund_code) IN (SELECT district_code, year, fund_code FROM moved)
      ORDER BY district_code, year, fund_code
        FOR UPDATE;

    UPDATE ledger_budget AS budget
       SET appropriated_fen = budget.appropriated_fen + change.appropriated,
           reserved_fen = budget.reserved_fen + change.reserved,
           used_fen = budget.used_fen + change.used
      FROM (SELECT fund_code, district_code, year,
                   sum(CASE WHEN kind IN ('appropriate', 'adjust') THEN amount_fen ELSE 0 END) AS appropriated,
                   sum(CASE kind WHEN 'reserve' THEN amount_fen
                                 WHEN 'use' THEN -amount_fen
                                 WHEN 'release' THEN -amount_fen ELSE 0 END) AS reserved,
                   sum(CASE kind WHEN 'use' THEN amount_fen WHEN 'refund' THEN -amount_fen ELSE 0 END) AS used
              FROM moved
             GROUP BY fund_code, district_code, year) AS change
     WHERE budget.fund_code = change.fund_code
       AND budget.district_code = change.district_code
       AND budget.year = change.year;

    INSERT INTO ledger_reservation (key, fund_code, district_code, year,
                                    reserved_fen, used_fen, released_fen, refunded_fen)
    SELECT key, fund_code, district_code, year, amount_fen, 0, 0, 0 FROM moved WHERE kind = 'reserve';

    SELECT count(DISTINCT (reservation_key, fund_code, district_code, year)) INTO drawn
      FROM moved WHERE reservation_key <> '';
    IF drawn > 0 THEN
        UPDATE ledger_reservation AS reservation
           SET used_fen = reservation.used_fen + change.used,
               released_fen = reservation.released_fen + change.released,
               refunded_fen = reservation.refunded_fen + change.refunded
          FROM (SELECT reservation_key, fund_code, district_code, year,
                       sum(CASE kind WHEN 'use' THEN amount_fen ELSE 0 END) AS used,
                       sum(CASE kind WHEN 'release' THEN amount_fen ELSE 0 END) AS released,
                       sum(CASE kind WHEN 'refund' THEN amount_fen ELSE 0 END) AS refunded
                  FROM moved
                 WHERE reservation_key <> ''
                 GROUP BY reservation_key, fund_code, district_code, year) AS change
         WHERE reservation.key = change.reservation_key
           AND reservation.fund_code = change.fund_code
           AND reservation.district_code = change.district_code
           AND reservation.year = change.year;
        GET DIAGNOSTICS found_rows = ROW_COUNT;
        IF found_rows <> drawn THEN
            RAISE EXCEPTION 'a movement draws on a reservation that does not exist'
                USING ERRCODE = 'foreign_key_violation', TABLE = 'ledger_budgetmovement',
                      CONSTRAINT = 'ledger_budgetmovement_reservation_known';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
