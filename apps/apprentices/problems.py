"""Why a row of a roster could not be taken: codes are stored, sentences are made for the reader."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import Problem

SENTENCES: dict[str, Promise] = {
    "reader_formula": _("The cell holds a formula. Copy the column and paste it as values."),
    "reader_cell_too_long": _("The text is longer than 1000 characters. Shorten it."),
    "reader_too_many_cells": _("The row has more cells than the header."),
    "cell_too_long": _("The text is too long: %(most)s characters at most."),
    "name_blank": _("Enter the name as it stands on the ID card."),
    "name_hidden": _("The name contains characters that cannot be seen. Type it anew."),
    "name_characters": _("A name has Chinese or Latin letters and perhaps a middle dot, nothing else."),
    "name_length": _("A name has 2 to 50 characters."),
    "name_differs": _("This ID number is registered with another name. Compare both with the ID card."),
    "id_blank": _("Enter the ID number, all 18 places of it."),
    "id_numeric": _(
        "The ID number was typed as a number, so the spreadsheet has already lost its last places."
        " Format the cell as text and type it again from the ID card."
    ),
    "id_old_form": _("ID numbers of 15 digits are no longer valid. Enter the present 18 places."),
    "id_length": _("An ID number has 18 places. Copy it from the ID card."),
    "id_characters": _("An ID number has 17 digits and then a digit or X. Take out every other character."),
    "id_birth_date": _("Places 7 to 14 of the ID number are not a date of birth."),
    "id_future": _("The date of birth in the ID number lies in the future."),
    "id_checksum": _(
        "The last place of the ID number does not fit the others: a digit is wrong or two swapped."
    ),
    "mobile_blank": _("Enter the mobile number."),
    "mobile_form": _("A mobile number has 11 digits and starts with 13 to 19."),
    "too_young": _("Younger than %(least)s years."),
    "too_old": _("%(most)s years or older: from this age nobody is enrolled any more."),
    "post_kind_blank": _("Choose the kind of post: 新招用, 转岗, 企业自主确定 or 劳务派遣."),
    "post_kind_unknown": _("Write one of: 新招用, 转岗, 企业自主确定, 劳务派遣."),
    "dispatched": _("Dispatched workers cannot be enrolled under the document in force."),
    "contract_from_blank": _("Enter the first day of the labour contract."),
    "contract_to_blank": _("Enter the last day of the labour contract, or 无固定期限 (open-ended)."),
    "contract_order": _("The contract ends before it begins."),
    "contract_too_short": _("The labour contract runs for less than %(least)s months."),
    "contract_over": _("The labour contract is over. Enter the one that is in force."),
    "day_unreadable": _("Write the day as year-month-day, for example 2023-03-01."),
    "day_impossible": _("There is no such day. Check month and day."),
    "day_far": _(
        "The year is not from 1900 to 2200. Check it; a contract without an end is 无固定期限 (open-ended)."
    ),
    "day_numeric": _("This is a number, not a day. Format the cell as a date or write 2023-03-01."),
    "agreement_in_future": _("The training agreement cannot have been signed after the day of upload."),
    "insured_blank": _("Say whether social insurance is paid in the city: yes or no."),
    "insured_unknown": _("Write yes or no."),
    "not_insured": _("Social insurance must be paid in the city."),
    "person_status_unknown": _("Write one of: 在职职工, 领取养老金, 全日制学生, 在编人员."),
    "receives_pension": _("Somebody who receives a pension cannot be an apprentice."),
    "full_time_student": _("A full-time student cannot be an apprentice."),
    "public_post": _("Somebody who holds an established public post cannot be an apprentice."),
    "twice_in_file": _("The same ID number stands in row %(first)s of this file already."),
    "already_on_roster": _("This person is on the roster of this class already."),
    "differs": _(
        "This person is on the roster already, with another entry here; the roster was not changed. Correct"
        " the registration on the page of the class, or write here what the roster says."
    ),
    "enrolled_elsewhere": _("This person is already enrolled elsewhere; nobody has two enrolments."),
    "had_before": _("This person has already been trained in this occupation at this level."),
    "overlaps": _("An earlier training of this person ends after this class begins."),
    "year_full": _("This person already has the %(most)s subsidised trainings that %(year)s allows."),
    "no_seat": _("The headcount of the plan's line is used up: %(seats)s in all."),
}

# Rows that are no mistake: the person is there already, so a corrected file may be uploaded whole.
HARMLESS = frozenset({"already_on_roster"})


def finding(code: str, field: str = "", **params: Any) -> dict[str, Any]:
    """One reason as it is stored: never a number of a person in it."""
    found: dict[str, Any] = {"code": code, "field": field}
    if params:
        found["params"] = params
    return found


def sentence(found: Mapping[str, Any]) -> str:
    """A stored reason in the reader's language."""
    text = SENTENCES.get(found["code"])
    if text is None:
        return str(found["code"])
    return str(text) % found["params"] if found.get("params") else str(text)


def as_problems(
    findings: Iterable[Mapping[str, Any]], article: Callable[[str], str], row: int | None = None
) -> list[Problem]:
    """Stored reasons as problems that a page or the API shows; `article` maps a code to its article."""
    return [
        Problem(
            code=found["code"],
            message=sentence(found),
            article=article(found["code"]),
            field=found.get("field", ""),
            row=row,
        )
        for found in findings
    ]
