"""The guards that are removed one at a time, and what has to notice it.

A guard of the database is removed by its owner's DDL, one of the services by running the service without the
lines that are the guard. Most removals are left to the simulator; some guards stand behind others, so that
only an attack of their own comes to them (`tests/faults/attacks.py`).
"""

import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from tests.faults import attacks, attacks_bank
from tests.faults import attacks_papers as papers


@dataclass(frozen=True)
class Guard:
    """One guard: how it is removed, and the attack that it stands against (none: the simulator finds it)."""

    name: str
    kind: str
    ddl: tuple[str, ...] = ()
    # (module, function, lines that are the guard, what stands there without it)
    source: tuple[str, str, str, str] | None = None
    attack: Callable | None = None
    # Events of the schedule that come to this guard more often than by chance.
    favour: Sequence[str] = field(default=())


@contextmanager
def without_source(module_name: str, function: str, guard: str, instead: str) -> Iterator[None]:
    """Within the block a function runs without the lines that are a guard, wherever it was imported."""
    module = importlib.import_module(module_name)
    source = textwrap.dedent(inspect.getsource(getattr(module, function)))
    if source.count(guard) != 1:
        raise LookupError(f"{module_name}.{function} does not hold once: {guard}")
    scope: dict = {}
    code = compile(source.replace(guard, instead), f"<{function} without its guard>", "exec")
    exec(code, vars(module), scope)  # noqa: S102 - the project's own source, in a test
    present = getattr(module, function)
    if inspect.unwrap(present) is present:
        # Also where it stands in a table, and not by its name.
        stood, present.__code__ = present.__code__, scope[function].__code__
        try:
            yield
        finally:
            present.__code__ = stood
        return
    changed = scope[function]
    with ExitStack() as stack:
        for name, found in list(sys.modules.items()):
            if name.startswith(("apps.", "tests.faults")) and getattr(found, function, None) is present:
                stack.enter_context(patch.object(found, function, changed))
        yield


def constraint(table: str, name: str, **more: object) -> Guard:
    return Guard(name, "constraint", ddl=(f"ALTER TABLE {table} DROP CONSTRAINT {name}",), **more)


def unique(table: str, name: str, **more: object) -> Guard:
    """A key: a constraint of the table, or an index where it has a condition."""
    drop = (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_constraint WHERE conname = '{name}') THEN"
        f" ALTER TABLE {table} DROP CONSTRAINT {name}; ELSE DROP INDEX {name}; END IF; END $$"
    )
    return Guard(name, "key", ddl=(drop,), **more)


def trigger(table: str, name: str, **more: object) -> Guard:
    drop = (
        "DO $$ DECLARE found text; BEGIN SELECT tgname INTO STRICT found FROM pg_trigger"
        f" WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal"
        f" AND (tgname = '{name}' OR tgname LIKE 'pgtrigger\\_{name}\\_%');"
        f" EXECUTE format('DROP TRIGGER %I ON {table}', found); END $$"
    )
    return Guard(f"{table}: {name}", "trigger", ddl=(drop,), **more)


def _in_function(function: str, guard: str, instead: str, name: str, **more: object) -> Guard:
    """A check inside a function of the database."""
    change = (
        "DO $$ DECLARE source text; BEGIN SELECT pg_get_functiondef(oid) INTO STRICT source FROM pg_proc"
        f" WHERE proname = '{function}'; IF position($guard${guard}$guard$ IN source) = 0 THEN"
        " RAISE EXCEPTION 'the guard is not there'; END IF;"
        f" EXECUTE replace(source, $guard${guard}$guard$, $guard${instead}$guard$); END $$"
    )
    return Guard(name, "trigger", ddl=(change,), **more)


def in_trigger(table: str, trigger_name: str, guard: str, instead: str, name: str, **more: object) -> Guard:
    """A check inside the function of a trigger of the table."""
    change = (
        "DO $$ DECLARE source text; BEGIN"
        " SELECT pg_get_functiondef(tgfoid) INTO STRICT source FROM pg_trigger"
        f" WHERE tgrelid = '{table}'::regclass AND tgname LIKE 'pgtrigger\\_{trigger_name}\\_%';"
        f" IF position($guard${guard}$guard$ IN source) = 0 THEN RAISE EXCEPTION 'the guard is not there';"
        f" END IF; EXECUTE replace(source, $guard${guard}$guard$, $guard${instead}$guard$); END $$"
    )
    return Guard(name, "trigger", ddl=(change,), **more)


def check(name: str, module: str, function: str, guard: str, instead: str, **more: object) -> Guard:
    return Guard(name, more.pop("kind", "check"), source=(module, function, guard, instead), **more)


# What has to come about before some guards are reached (`schedule.THEMES`).
WRITE_OFFS = ("settlement", "write-off", "decide")
INSTALMENTS = ("settlement", "instalments", "decide", "follow", "day")
STRAYS = ("stray", "statement", "reconcile", "correction", "decide", "pay back")

DATABASE = (
    unique("claims_claimline", "instalment_claimed_once", attack=attacks.claim_an_instalment_twice),
    unique("payouts_paymentorder", "one_live_order_per_claim", attack=attacks.second_live_order),
    unique("payouts_paymentorder", "one_order_per_attempt", attack=attacks.attempt_twice),
    unique("payouts_paymentline", "instalment_paid_once", attack=attacks.line_in_two_live_orders),
    unique("payouts_paymentorder", "bank_serial_counts_once", attack=attacks.serial_for_two_orders),
    constraint("claims_entitlement", "entitlement_under_its_cap", attack=attacks.paid_over_the_standard),
    constraint(
        "claims_entitlement", "only_the_advance_before_the_result", attack=attacks.paid_before_the_result
    ),
    constraint(
        "claims_entitlement", "entitlement_never_over_what_is_due", attack=attacks.promised_over_what_is_due
    ),
    constraint("claims_claimline", "line_amount_follows_the_rule", attack=attacks.amount_typed_in),
    _in_function(
        "ledger_check_legs",
        "difference <> 0",
        "false",
        "ledger_check_legs: balance",
        attack=attacks.unbalanced,
    ),
    _in_function(
        "ledger_check_legs",
        "legs < 2 OR legs <> highest",
        "false",
        "ledger_check_legs: whole",
        attack=attacks.legs_later,
    ),
    trigger("ledger_leg", "rows_stay", attack=attacks.edit_a_leg),
    trigger("ledger_transaction", "rows_stay", attack=attacks.remove_a_transaction),
    trigger("casework_history", "rows_stay", attack=attacks.edit_history),
    trigger("casework_history", "only_by_trigger", attack=attacks.write_history),
    trigger("ledger_transaction", "ledger_period_open", attack=attacks.post_into_a_closed_month),
    trigger("ledger_accountingperiod", "steps", attack=attacks.open_a_closed_month),
    unique("ledger_transaction", "ledger_transaction_reversed_once", attack=attacks.reverse_twice),
    unique("ledger_transaction", "ledger_transaction_key_once"),
    constraint("ledger_budget", "ledger_budget_not_exceeded", attack=attacks.reserve_beyond_the_budget),
    constraint("ledger_reservation", "ledger_reservation_not_exceeded", attack=attacks.use_beyond_reserved),
    constraint(
        "ledger_reservation", "ledger_reservation_refund_not_exceeded", attack=attacks.refund_beyond_used
    ),
    trigger("claims_claim", "state_step"),
    trigger("claims_claim", "sums_stand", attack=attacks.change_figures),
    trigger("claims_claimline", "line_changed", attack=attacks.change_a_line),
    unique("casework_seat", "one_seat_per_person_and_case", attack=attacks.two_seats),
    unique("banking_batchentry", "order_in_one_live_batch", attack=attacks_bank.order_in_two_batches),
    trigger("banking_paymentbatch", "only_approved", attack=attacks_bank.send_to_a_changed_payee),
    trigger("banking_paymentbatch", "file_stands", attack=attacks_bank.change_a_frozen_batch),
    trigger("banking_batchentry", "entries_changed", attack=attacks_bank.change_an_entry),
    constraint("banking_paymentbatch", "batch_of_three_people", attack=attacks_bank.batch_of_two_people),
    unique("banking_resultline", "entry_answered_once", attack=attacks_bank.answer_twice),
    unique("banking_resultfile", "banking_resultfile_sha256_key", attack=attacks_bank.file_twice),
    unique("banking_statementline", "movement_serial_once", attack=attacks_bank.movement_twice),
    unique("core_job", "core_job_one_live_per_key", attack=attacks_bank.job_twice),
    constraint("payouts_recoverywriteoff", "write_off_of_two_persons", attack=papers.write_off_alone),
    constraint("payouts_instalmentagreement", "agreement_of_two_persons", attack=papers.agree_alone),
    constraint("payouts_budgetrequest", "budget_request_of_two_persons", attack=papers.cut_alone),
    constraint("reconciliation_correction", "correction_of_two_persons", attack=papers.correct_alone),
    trigger("payouts_recoverywriteoff", "content_stands", attack=papers.change_a_write_off),
    trigger("payouts_instalmentagreement", "content_stands", attack=papers.change_an_agreement),
    trigger("payouts_budgetrequest", "content_stands", attack=papers.change_a_budget_paper),
    trigger("reconciliation_correction", "content_stands", attack=papers.change_a_correction),
    unique("payouts_recoverywriteoff", "one_open_write_off_per_recovery", attack=papers.another_write_off),
    unique("payouts_instalmentagreement", "one_agreement_at_a_time", attack=papers.another_agreement),
    unique("reconciliation_correction", "one_correction_under_way", attack=papers.another_correction),
    trigger("payouts_recovery", "counted", attack=papers.count_by_hand),
    constraint("payouts_recovery", "recovery_within_its_amount", attack=papers.write_off_too_much),
    trigger("payouts_recoverywriteoff", "counts", favour=WRITE_OFFS),
)

SERVICES = (
    check(
        "lock of a case", "apps.casework.engine", "lock", '.select_for_update(of=("self",))', "", kind="lock",
        attack=attacks_bank.sign_at_once,
    ),
    check(
        "lock of a job", "apps.core.jobs", "run", "if not mine:", "if False:", kind="lock",
        attack=attacks_bank.deliver_at_once,
    ),
    check(
        "lock of a paying account", "apps.banking.services.match_lines", "lock_line",
        '.select_for_update(of=("self",))', "", kind="lock", attack=attacks_bank.undo_at_once,
    ),
    check(
        "lock of a batch", "apps.banking.services.build_batch", "lock_batch",
        '.select_for_update(of=("self",))', "", kind="lock", attack=attacks_bank.take_at_once,
    ),
    check(
        "role of a step", "apps.casework.engine", "require_step", "if not allowed:", "if False:",
        attack=attacks.sign_in_another_role,
    ),
    check(
        "one chair per person", "apps.casework.engine", "_take_seat", "if seat.seat != step.seat:",
        "if False:",
    ),
    check(
        "payee as signed, at release", "apps.payouts.services.release_payment", "_approved_account",
        "account is None or account.fingerprint != claim.payee_fingerprint", "account is None",
        attack=attacks.release_to_a_changed_account,
    ),
    check(
        "payee as signed, in a batch", "apps.banking.checks", "payees_stand",
        "for entry in changed_payees(batch):", "for entry in ():", favour=("account",),
    ),
    check(
        "bank answers for a batch", "apps.payouts.services.record_payment", "_live_order", "if not by_bank:",
        "if False:", favour=("by hand",),
    ),
    check(
        "serial number of a payment", "apps.payouts.services.record_payment", "_counts_for_another",
        ".exclude(pk=order.pk).exists()", ".none().exists()", favour=("serial",),
    ),
    check(
        "same file again", "apps.banking.services.take_result", "take_result", "if known is not None:",
        "if False:", favour=("late result",),
    ),
    check(
        "amount of an answer", "apps.banking.formats.results", "_take_line", "if amount != known.amount_fen:",
        "if False:", attack=attacks_bank.wrong_amount,
    ),
    check(
        "order of an answer unknown", "apps.banking.formats.results", "_take_line", "if known is None:",
        "if False:", favour=("late result", "unknown-line",),
    ),
    check(
        "check value of a file", "apps.banking.formats.tables", "require_check",
        "if pieces[-1] != title + digest.encode():", "if False:", attack=attacks_bank.altered_file,
    ),
    check(
        "totals of a file", "apps.banking.formats.results", "_check_totals", "if any(", "if False and any(",
        attack=attacks_bank.wrong_total,
    ),
    check(
        "answered otherwise before", "apps.banking.services.take_result", "check_result",
        "if not _is_news(entry, line) and not _says_the_same(entry, line, in_writing=letter is not None):",
        "if False:",
        attack=attacks_bank.contradict_an_answer,
    ),
    check(
        "gap between statements", "apps.banking.services.take_statement", "_gaps",
        "if before is not None and before.closing_fen != read.opening_fen:", "if False:",
        favour=("statement", "statement", "day", "gap"),
    ),
    check(
        "known movements otherwise", "apps.banking.services.overlaps", "overlap_of", "if problems:",
        "if False:", attack=attacks_bank.repeat_otherwise,
    ),
    check(
        "same receipt again", "apps.payouts.services.receive_recovery", "receive_recovery",
        "if known is not None:", "if False:", favour=("settlement", "repay", "receipt"),
    ),
    check(
        "more than is owed", "apps.payouts.services.receive_recovery", "_require_fitting",
        "if amount_fen > ", "if False and amount_fen > ", favour=("settlement", "too much"),
    ),
    check(
        "serial number of a receipt", "apps.payouts.services.receive_recovery", "_require_fitting",
        "if used:", "if False:", favour=("settlement", "repay", "receipt"),
    ),
    check(
        "payment that a later claim rests on", "apps.payouts.services.record_return", "_rested_on",
        "if later.exists():", "if False:", favour=("settlement", "sent back", "undo", "statement", "day"),
    ),
    check(
        "what keeps a month open", "apps.ledger.services.closing", "_require_nothing_open", "if problems:",
        "if False:", favour=("month", "day"),
    ),
    check(
        "two persons close a month", "apps.ledger.services.closing", "close_period",
        "if period.proposed_by_id == actor.person_id:", "if False:", favour=("month", "day"),
    ),
    check(
        "claim as recorded", "apps.claims.checks", "as_recorded", "if changed:", "if False:",
        favour=("leave", "assess"),
    ),
    check(
        "state of a step", "apps.casework.engine", "require_step", "step is None", "False",
    ),
    check(
        "sweeper of lost messages", "apps.core.jobs", "resume_stale", "_send(job.pk)", "pass", kind="outbox",
        favour=("release in background", "flush"),
    ),
    check(
        "shown statement before closing a batch", "apps.banking.checks", "missing_for_closing",
        "if not unseen:", "if True:", favour=("late result", "close", "close"),
    ),
    check(
        "lock of a recovery", "apps.payouts.services.write_off", "_lock", '.select_for_update(of=("self",))',
        "", kind="lock", attack=papers.write_off_at_once,
    ),
    check(
        "lock of the budgets", "apps.payouts.services.request_budget", "_missing_at_signature",
        "_lock_pots(request)", "pass", kind="lock", attack=papers.cut_at_once,
    ),
    check(
        "more than is open, of a write-off", "apps.payouts.services.write_off", "missing_for_write_off",
        "if request.amount_fen > open_fen:", "if False:", favour=WRITE_OFFS,
    ),
    check(
        "write-off while instalments run", "apps.payouts.services.write_off", "missing_for_write_off",
        "elif request.amount_fen < open_fen and agreement_in_force(request.recovery):", "elif False:",
        favour=("settlement", "instalments", "decide", "write-off", "write-off"),
    ),
    check(
        "one write-off at a time", "apps.payouts.services.write_off", "request_write_off",
        "if RecoveryWriteOff.objects.filter(recovery=locked, state__in=open_states).exists():", "if False:",
        favour=("settlement", "write-off", "write-off"),
    ),
    check(
        "what was written off goes", "apps.payouts.services.booking", "after_write_off",
        "max(amount_fen - recovery.open_fen, 0)", "0",
        favour=("settlement", "write-off", "decide", "repay", "statement", "day"),
    ),
    check(
        "sum of an agreement", "apps.payouts.services.agree_instalments", "missing_for_agreement",
        "if agreement.amount_fen != open_fen:", "if False:",
        favour=("settlement", "instalments", "repay", "receipt", "decide", "wait"),
    ),
    check(
        "one agreement at a time", "apps.payouts.services.agree_instalments", "_require_none_running",
        "if recovery.agreements.filter(state__in=states).exists():", "if False:", favour=INSTALMENTS,
    ),
    check(
        "end of an agreement that was missed", "apps.payouts.instalments", "missed",
        "return row if add_working_days(row.due_on, grace) < on else None", "return None", favour=INSTALMENTS,
    ),
    check(
        "days of grace", "apps.payouts.instalments", "missed", "add_working_days(row.due_on, grace)",
        "row.due_on", favour=INSTALMENTS,
    ),
    check(
        "only what is due of an agreement", "apps.payouts.offsetting", "_takeable",
        "if agreement is not None:", "if False:", favour=("settlement", "instalments", "decide"),
    ),
    check(
        "what is owed, before claims are released together", "apps.payouts.services.release_together",
        "_plain_money", "~Exists(owed),", "", favour=("settlement", "release in background"),
    ),
    check(
        "what is free, of a change of a budget", "apps.payouts.services.request_budget",
        "missing_for_budget", "if request.amount_fen > free:", "if False:", favour=("budget paper", "decide"),
    ),
)  # fmt: skip
