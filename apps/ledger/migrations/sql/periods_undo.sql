DROP TRIGGER ledger_period_open ON ledger_transaction;
DROP FUNCTION ledger_check_period();
