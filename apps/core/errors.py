"""Refusals: what a service raises when it will not do what was asked, and says why.

A door never invents an error text. A page shows the sentence and the problems, the API returns them
as one JSON shape, a task writes them into its job row.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

Message = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in a sentence that says what to do about it.

    `article` cites the document that asks for it, `field` names the input, `row` the line of a file
    as its author counts them (the header is row 1).
    """

    code: str
    message: Message
    article: str = ""
    field: str = ""
    row: int | None = None


class ShituError(Exception):
    """The base of every refusal; `message` is translated when it is read."""

    status: int = 422
    default_code: str = "refused"

    def __init__(self, message: Message = "", *, code: str = "", problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.problems = list(problems)
        self._message = message

    @property
    def message(self) -> str:
        """The sentence for the user, in the language of the moment; else the first problem's."""
        if not self._message and self.problems:
            return str(self.problems[0].message)
        return str(self._message)

    @property
    def sentences(self) -> list[Problem]:
        """What a page lists: the problems, or the refusal itself as the only one."""
        return self.problems or [Problem(self.code, self.message)]

    def __str__(self) -> str:
        return self.message


class Refused(ShituError):
    """A rule forbids it: the state, the completeness, a budget, a deadline (422)."""

    status = 422
    default_code = "refused"


class InvalidInput(ShituError):
    """What was typed or uploaded cannot be understood (400)."""

    status = 400
    default_code = "invalid_input"


class NotFound(ShituError):
    """There is no such thing, or not for this actor: the two must look alike (404)."""

    status = 404
    default_code = "not_found"


class Forbidden(ShituError):
    """The actor may see it and may not do this (403)."""

    status = 403
    default_code = "forbidden"


class Conflict(ShituError):
    """Somebody else was first, or the page was stale (409)."""

    status = 409
    default_code = "conflict"


class Busy(ShituError):
    """The database could not serve this now; the same request may simply be sent again (503)."""

    status = 503
    default_code = "busy"
