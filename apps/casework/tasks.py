"""Background work of casework: mail of notices, reminders of what is overdue."""

from celery import shared_task


@shared_task
def mail_notices(notice_ids: list[int]) -> None:
    """Send the mail that goes beside the notices with these ids; a notice is mailed once."""
    from apps.casework.services.mail_notices import mail_notices as send

    send(notice_ids)


@shared_task
def sweep_mail() -> None:
    """Send the mail of notices whose message was lost or which the mail server refused."""
    from apps.casework.services.mail_notices import sweep_mail as sweep

    sweep()


@shared_task
def remind_overdue() -> None:
    """Tell each person once a day how many files wait for them past their deadline."""
    from apps.casework.services.remind_overdue import remind_overdue as remind
    from apps.core.clock import today

    remind(on=today())


@shared_task
def tell_empty_seats() -> None:
    """Tell city and administrators of roles that ended in a district and that nobody holds any more."""
    from apps.casework.empty_seats import tell_empty_seats as tell
    from apps.core.clock import today

    tell(on=today())
