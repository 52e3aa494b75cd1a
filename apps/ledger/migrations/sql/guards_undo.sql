DROP FUNCTION ledger_post(text, date, text, text, bigint, bigint, text, bigint, text[], text[], text[], bigint[],
                          bigint[], text[], bigint[]);
DROP TRIGGER ledger_transactions_whole ON ledger_transaction;
DROP FUNCTION ledger_check_transactions();
DROP TRIGGER ledger_legs_whole ON ledger_leg;
DROP FUNCTION ledger_check_legs();
DROP FUNCTION ledger_fold();
ALTER TABLE ledger_balancedelta DROP CONSTRAINT ledger_leg_account_known, DROP CONSTRAINT ledger_leg_fund_known;
