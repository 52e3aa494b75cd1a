"""The transition tables drawn for readers: a Mermaid diagram and a table of steps for each kind of case."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from apps.accounts.roles import Role
from apps.casework import subjects
from apps.casework.subjects import Subject
from apps.casework.transitions import Transition, TransitionTable

BEGIN = "<!-- begin: written by `manage.py process_diagram --write` -->"
END = "<!-- end -->"


def document() -> str:
    """All kinds of case as Markdown, in the active language; this is what stands between the markers."""
    sections = [_section(subject, table) for subject, table in _moving(subjects.all_subjects())]
    return "\n".join([BEGIN, "", *sections, END])


def written_into(page: str) -> str:
    """The page with its generated part made anew. Raises ValueError where the markers are missing."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(END) < page.index(BEGIN):
        raise ValueError(f"the page needs one line {BEGIN!r} and below it one line {END!r}")
    before, rest = page.split(BEGIN)
    return before + document() + rest.split(END)[1]


def is_stale(path: Path) -> bool:
    """Whether the page tells of other steps than the tables permit now."""
    page = path.read_text(encoding="utf-8")
    return written_into(page) != page


def _moving(known: Iterable[Subject]) -> list[tuple[Subject, TransitionTable]]:
    """The kinds of case with a table of their own, in an order that no import changes."""
    return [(subject, subject.table) for subject in sorted(known, key=_place) if subject.table is not None]


def _place(subject: Subject) -> tuple[int, str]:
    order = ("plans.plan", "apprentices.trainingclass", "apprentices.enrolment", "claims.claim")
    return (order.index(subject.label) if subject.label in order else len(order), subject.label)


def _section(subject: Subject, table: TransitionTable) -> str:
    lines = [
        f"### {subject.name} (`{table.subject}`)",
        "",
        "```mermaid",
        *_diagram(subject, table),
        "```",
        "",
    ]
    return "\n".join([*lines, *_steps(subject, table), ""])


def _diagram(subject: Subject, table: TransitionTable) -> Iterator[str]:
    yield "stateDiagram-v2"
    for state in _states(table):
        yield f"    {state} : {subject.state_label(state)}"
    yield f"    [*] --> {table.initial}"
    for row in table:
        for source in row.sources:
            yield f"    {source} --> {row.target} : {row.action}"
    sources = {source for row in table for source in row.sources}
    for state in _states(table):
        if state not in sources:
            yield f"    {state} --> [*]"


def _states(table: TransitionTable) -> list[str]:
    """Each state once, in the order in which the table comes to it."""
    met = [str(table.initial)]
    for row in table:
        met += [*map(str, row.sources), str(row.target)]
    return list(dict.fromkeys(met))


def _steps(subject: Subject, table: TransitionTable) -> Iterator[str]:
    yield "| action | from | to | who | asks for | article |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in table:
        sources = ", ".join(subject.state_label(source) for source in row.sources)
        cells = (
            f"`{row.action}` {row.label}",
            sources,
            subject.state_label(row.target),
            _who(row),
            _asks_for(row),
            row.article,
        )
        yield f"| {' | '.join(cells)} |"


def _who(row: Transition) -> str:
    names = [str(role.label) for role in Role if role in row.roles]
    return ", ".join([*names, *([str(Role.SYSTEM.label)] if row.system else [])])


def _asks_for(row: Transition) -> str:
    asked = (
        (row.checklist, "checklist"),
        (row.reason_required, "reason"),
        (row.deficiencies, "deficiency list"),
        (row.money, "password again"),
    )
    return ", ".join(name for wanted, name in asked if wanted)
