"""Training records that come as tables: each row judged alone, wrong ones given back with their reasons."""

from apps.training.tables.outcome import ROWS_MAX, Outcome
from apps.training.tables.results import RESULT_COLUMNS, RESULT_NOTES, record_results_from_table
from apps.training.tables.sessions import SESSION_COLUMNS, SESSION_NOTES, record_sessions_from_table

__all__ = [
    "RESULT_COLUMNS",
    "RESULT_NOTES",
    "ROWS_MAX",
    "SESSION_COLUMNS",
    "SESSION_NOTES",
    "Outcome",
    "record_results_from_table",
    "record_sessions_from_table",
]
