DROP FUNCTION ledger_post(text, date, text, text, bigint, bigint, text, bigint, text[], text[], text[], bigint[],
                          bigint[], text[], bigint[]);
DROP TRIGGER ledger_transactions_whole ON ledger_transaction;
DROP FUNCTION ledger_check_transactions();
DROP TRIGGER ledger_legs_whole ON ledger_leg;
DROP FUNCTION ledger_check_legs();
DROP FUNCTION ledger_fold();
DROP TRIGGER ledger_account_stays ON ledger_account;
DROP TRIGGER ledger_account_keeps_code ON ledger_account;
DROP TRIGGER ledger_fund_stays ON ledger_fund;
DROP TRIGGER ledger_fund_keeps_code ON ledger_fund;
DROP FUNCTION ledger_chart_stays();
