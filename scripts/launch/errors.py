"""The one way in which the launcher gives up."""


class Stop(Exception):
    """Something the person at the keyboard must change; the message is one line that says what."""
