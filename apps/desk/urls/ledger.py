"""Addresses of the books."""

from django.urls import path

from apps.desk.views.ledger import books, months

urlpatterns = [
    path("", books.chart, name="ledger_chart"),
    path("journal/", books.journal_page, name="ledger_journal"),
    path("trial-balance/", books.trial_balance_page, name="ledger_trial_balance"),
    path("accounts/<slug:code>/", books.statement, name="ledger_statement"),
    path("months/", months.months, name="ledger_months"),
    path("months/<str:month>/", months.month_page, name="ledger_month"),
    path("export/", books.export_page, name="ledger_export"),
    path("export/file/", books.export_file, name="ledger_export_file"),
]
