"""Background work of accounts."""

from celery import shared_task


@shared_task
def forget_ended_sessions() -> None:
    """Delete the rows of sessions that have ended; what they did stands in the access log."""
    from django.contrib.sessions.backends.db import SessionStore

    SessionStore.clear_expired()
