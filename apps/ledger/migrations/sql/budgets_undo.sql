DROP FUNCTION ledger_lock_budgets(text, integer);
DROP TRIGGER ledger_movements_applied ON ledger_budgetmovement;
DROP FUNCTION ledger_apply_movements();
