"""What the policy room refuses with, in words that say what to write or give instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Problem, Refused
from apps.policy.enums import Programme


@dataclass(frozen=True)
class DocumentProblem:
    """One defect of a document: the file it is in, the key (or line) and a sentence."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.message}"


class InvalidDocument(InvalidInput):
    """A policy document that cannot be read; `defects` carries everything that was found."""

    default_code = "invalid_policy_document"

    def __init__(self, defects: Sequence[DocumentProblem]) -> None:
        self.defects = list(defects)
        problems = [Problem("invalid_policy_document", str(defect), field=defect.key) for defect in defects]
        super().__init__("; ".join(str(defect) for defect in defects), problems=problems)


class DocumentInUse(Refused):
    """A document under which something was already done cannot be changed."""

    default_code = "policy_document_in_use"


class MissingParameter(Refused):
    """A document has no value of a parameter on a day; named by document, parameter and day."""

    default_code = "missing_policy_parameter"

    def __init__(self, document: str, name: str, on: date) -> None:
        self.document, self.name, self.on = document, name, on
        super().__init__(
            _("The policy document %(document)s has no value of “%(name)s” on %(on)s.")
            % {"document": document, "name": name, "on": on.isoformat()}
        )


class MissingFact(InvalidInput):
    """The answer depends on a fact that was not given."""

    default_code = "missing_fact"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(_("The fact “%(name)s” is missing, and the answer depends on it.") % {"name": name})


def _named(programme: str) -> object:
    return Programme(programme).label if programme in Programme.values else programme


class UngovernedDay(Refused):
    """No document of a programme is in force in a jurisdiction on a day."""

    default_code = "no_policy_in_force"

    def __init__(self, programme: str, jurisdiction: str, on: date) -> None:
        super().__init__(
            _(
                "On %(on)s no policy document on “%(programme)s” is in force (%(jurisdiction)s). Choose"
                " another day, or have the city load the document that governs it."
            )
            % {"programme": _named(programme), "jurisdiction": jurisdiction, "on": on.isoformat()}
        )
