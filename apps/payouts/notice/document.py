"""The recovery notice as a PDF, in the language that is asked for, from its stored facts alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.capital_figures import capital_figures
from apps.core.errors import InvalidInput
from apps.core.money import yuan
from apps.payouts.models import Recovery, RecoveryNotice
from apps.payouts.notice.facts import PayTo, day_of, notice_of, pay_to
from apps.payouts.notice.sheet import Sheet

LANGUAGES = {"zh-hans": "zh", "en": "en"}


def notice_pdf(recovery: Recovery, language: str) -> tuple[str, bytes]:
    """Name and content of the notice's file in one of LANGUAGES; the same bytes at every call.

    Raises `InvalidInput` for another language.
    """
    if language not in LANGUAGES:
        message = _("The notice is there in these languages: %(languages)s.")
        raise InvalidInput(message % {"languages": ", ".join(LANGUAGES)}, code="language")
    notice = notice_of(recovery)
    with translation.override(language):
        return f"{recovery.number}-{LANGUAGES[language]}.pdf", _write(notice, LANGUAGES[language])


def _write(notice: RecoveryNotice, tongue: str) -> bytes:
    facts = notice.facts
    sheet = Sheet(
        facts["number"],
        day=day_of(facts, "issued_on"),
        language="zh-CN" if tongue == "zh" else "en",
        foot=_("Notice %(number)s, digest of its content %(digest)s")
        % {"number": facts["number"], "digest": notice.sha256[:16]},
    )
    office = _office(facts, tongue)
    sheet.title(_("Notice of recovery of subsidies"))
    sheet.centred(_("No. %(number)s") % {"number": facts["number"]})
    sheet.paragraph(_("%(enterprise)s:") % {"enterprise": facts["enterprise"]["name"]})
    sheet.paragraph(_reason(facts, tongue))
    sheet.facts(_sums(facts, tongue))
    sheet.table(*_table(facts))
    sheet.paragraph(_payment(facts, tongue))
    sheet.facts(_account(facts))
    sheet.paragraph(
        _(
            "What is not repaid by then is set off against later subsidies of your enterprise, as the city's"
            " rules say. If you cannot pay at once, ask for instalments before the deadline. If you think"
            " that the amount is wrong, answer in writing to the issuing office."
        )
    )
    sheet.paragraph(office, right=True)
    sheet.paragraph(_day(day_of(facts, "issued_on"), tongue), right=True)
    return sheet.content()


def _office(facts: Mapping[str, Any], tongue: str) -> str:
    return _("%(district)s Human Resources and Social Security Bureau") % {
        "district": facts["district"][tongue]
    }


def _reason(facts: Mapping[str, Any], tongue: str) -> str:
    return _(
        "By claim %(claim)s, the subsidies for class “%(class)s” (%(occupation)s, %(level)s) were settled"
        " under %(document)s (%(number)s). The advances for the apprentices below are not due, so that they"
        " are to be paid back to the funds that they came from."
    ) % {
        "claim": facts["claim"],
        "class": facts["class"],
        "occupation": facts["occupation"][tongue],
        "level": facts["level"][tongue],
        "document": facts["document"][tongue],
        "number": facts["document"]["number"],
    }


def _sums(facts: Mapping[str, Any], tongue: str) -> list[tuple[str, str]]:
    figures = capital_figures(facts["amount_fen"])
    rows = [
        (_("Enterprise"), f"{facts['enterprise']['name']}  {facts['enterprise']['uscc']}"),
        (_("To repay (yuan)"), yuan(facts["amount_fen"])),
        (_("In capital figures"), figures),
        (_("To be repaid by"), _day(day_of(facts, "due_on"), tongue)),
    ]
    if facts["pay_fen"]:
        text = _("%(back)s yuan to recover less %(pay)s yuan that were due for others in the same claim")
        about = {"back": yuan(facts["recover_fen"]), "pay": yuan(facts["pay_fen"])}
        rows.insert(3, (_("How it came about"), text % about))
    return rows


def _table(facts: Mapping[str, Any]) -> tuple[list[str], list[list[str]], list[int]]:
    heads = [
        _("Enrolment"),
        _("Apprentice"),
        _("Reason"),
        _("Article"),
        _("Advance, yuan"),
        _("Due, yuan"),
        _("Back, yuan"),
    ]
    rows = [
        [
            row["enrolment"],
            row["name"],
            _why(row["reason"]),
            row["article"],
            yuan(row["advance_fen"]),
            yuan(row["due_fen"]),
            yuan(row["amount_fen"]),
        ]
        for row in facts["lines"]
    ]
    return heads, rows, [24, 14, 18, 12, 14, 12, 14]


def _why(result: str) -> str:
    return {
        "withdrawn": _("Did not finish the training"),
        "failed": _("Did not pass"),
        "passed": _("Less is due than was advanced"),
    }.get(result, result)


def _payment(facts: Mapping[str, Any], tongue: str) -> str:
    return _(
        "Please transfer the amount by %(day)s and write the number of this notice, %(number)s, as the"
        " purpose of the transfer."
    ) % {"day": _day(day_of(facts, "due_on"), tongue), "number": facts["number"]}


def _account(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    account: PayTo | None = pay_to(facts)
    if account is None:
        return [(_("Account"), _("Ask the issuing office for the account before you pay."))]
    return [
        (_("Account holder"), account.name),
        (_("Account number"), account.number),
        (_("Bank and branch"), account.bank),
        (_("Purpose"), facts["number"]),
    ]


def _day(day: date, tongue: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if tongue == "zh" else day.isoformat()
