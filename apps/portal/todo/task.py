"""One thing that waits for somebody who applies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from apps.accounts.actors import Actor

# How many of one kind are listed; who has more goes to the list of that kind. One more is read, to say so.
SHOWN_MAX = 20
READ_MAX = SHOWN_MAX + 1


@dataclass(frozen=True)
class Task:
    """One thing to do: what, about which file, where, and until when; `days` are working days left."""

    title: str
    about: str
    url: str
    label: str
    text: str = ""
    due_on: date | None = None
    days: int | None = None


@dataclass(frozen=True)
class Asked:
    """For whom and on which day things are gathered."""

    actor: Actor
    on: date


Source = Callable[[Asked], Iterator[Task]]
