"""What the governing document asks of an apprentice on a day, read once for a whole roster."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.apprentices.enums import PersonStatus
from apps.apprentices.roster.days import years_before
from apps.core.identifiers import FEMALE, MALE
from apps.policy.models import PolicyDocument
from apps.policy.selectors import governing_document, parameter

PROGRAMME = "apprenticeship"

# The parameter that a refusal of a row comes from: its article is cited beside the sentence.
PARAMETER_OF = {
    "too_young": "age_min",
    "too_old": "age_max_male",
    "contract_too_short": "contract_months_min",
    "contract_over": "contract_months_min",
    "not_insured": "local_insurance_required",
    "dispatched": "dispatched_workers_allowed",
    "receives_pension": "exclusions",
    "full_time_student": "exclusions",
    "public_post": "exclusions",
    "enrolled_elsewhere": "active_enrolments_max",
    "had_before": "same_occupation_and_level_once",
    "overlaps": "active_enrolments_max",
    "year_full": "trainings_per_person_year_max",
}


@dataclass(frozen=True)
class Requirements:
    """The conditions of part 2(1) of the document (Beijing 2022-11) on one day.

    `age_end` is the age, by sex, from which nobody is enrolled any more. `excluded` holds the person
    statuses that keep somebody from being an apprentice, `trainings_max` how many subsidised trainings
    somebody may have in a calendar year.
    """

    document: PolicyDocument
    on: date
    contract_months_min: int
    insurance_required: bool
    dispatched_allowed: bool
    age_min: int
    age_end: dict[str, int]
    excluded: frozenset[str]
    once: bool
    trainings_max: int

    @property
    def born_by(self) -> date:
        """The latest birthday of somebody who is old enough."""
        return years_before(self.on, self.age_min)

    @property
    def born_after(self) -> dict[str, date]:
        """By sex, the birthday on or before which somebody is too old."""
        return {sex: years_before(self.on, age) for sex, age in self.age_end.items()}

    def article(self, code: str) -> str:
        """The article behind a refusal, empty where it is no rule of the document."""
        name = PARAMETER_OF.get(code)
        return self.document.rules.article(name) if name else ""


def requirements_on(on: date, document: PolicyDocument | None = None) -> Requirements:
    """The requirements of `document`, by default of the one that governs the day.

    Raises UngovernedDay or MissingParameter.
    """
    document = document or governing_document(PROGRAMME, on)

    def value(name: str) -> Any:
        return parameter(document, name, on)

    exclusions = frozenset(value("exclusions"))
    return Requirements(
        document=document,
        on=on,
        contract_months_min=value("contract_months_min"),
        insurance_required=value("local_insurance_required"),
        dispatched_allowed=value("dispatched_workers_allowed"),
        age_min=value("age_min"),
        age_end={MALE: value("age_max_male"), FEMALE: value("age_max_female")},
        excluded=exclusions & frozenset(PersonStatus.values),
        once=value("same_occupation_and_level_once"),
        trainings_max=value("trainings_per_person_year_max"),
    )
