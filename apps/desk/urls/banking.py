"""Addresses of payment batches, bank files and statements."""

from django.urls import path

from apps.desk.views.banking import accounts, answers, batches, failures, movements, statements

urlpatterns = [
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/new/", batches.batch_new, name="batch_new"),
    path("batches/<int:pk>/", batches.batch_detail, name="batch_detail"),
    path("batches/<int:pk>/file/", batches.batch_file, name="batch_file"),
    path("batches/<int:pk>/again/", batches.batch_again, name="batch_again"),
    path("batches/<int:pk>/result/", batches.batch_result, name="batch_result"),
    path("batches/entries/<int:pk>/out/", batches.entry_out, name="batch_entry_out"),
    path("batches/entries/<int:pk>/answer/", answers.written_answer_new, name="written_answer_new"),
    path("answers/<int:pk>/", answers.written_answer, name="written_answer"),
    path("failures/", failures.payment_failures, name="payment_failures"),
    path("accounts/", accounts.paying_accounts, name="paying_accounts"),
    path("accounts/<int:pk>/sign/", accounts.paying_account_sign, name="paying_account_sign"),
    path("accounts/<int:pk>/retire/", accounts.paying_account_retire, name="paying_account_retire"),
    path("statements/", statements.statement_list, name="statement_list"),
    path("statements/<int:pk>/", statements.statement_detail, name="statement_detail"),
    path("movements/<int:pk>/", movements.movement_detail, name="movement_detail"),
    path("movements/<int:pk>/divide/", movements.movement_divide, name="movement_divide"),
    path("movements/<int:pk>/take-back/", movements.movement_take_back, name="movement_take_back"),
    path("movements/<int:pk>/match/", statements.movement_match, name="movement_match"),
    path("movements/<int:pk>/returned/", statements.movement_returned, name="movement_returned"),
]
