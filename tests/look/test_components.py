"""What the components write, given plain values."""

import json
import re
from datetime import date

import pytest
from django.template import engines
from django.utils import translation

from apps.core.errors import Problem
from apps.core.widgets import Chart, Series


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def render(source: str, **context) -> str:
    # Components are compiled by the loader, so the source is handed to it as a template would be.
    from django_cotton.compiler_regex import CottonCompiler

    engine = engines["django"]
    return engine.from_string(CottonCompiler().process(source)).render(context)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_money_is_written_in_yuan_with_its_fen():
    assert text_of(render('<c-money :fen="fen" />', fen=1_360_000)) == "13,600.00"


def test_money_to_come_back_is_marked_by_its_sign_and_its_colour():
    html = render('<c-money :fen="fen" />', fen=-800_000)

    assert text_of(html) == "-8,000.00"
    assert "money-negative" in html


def test_nothing_and_no_money_are_not_the_same():
    assert text_of(render('<c-money :fen="fen" />', fen=None)) == "—"
    assert text_of(render('<c-money :fen="fen" />', fen=0)) == "0.00"


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [
        (7, "Due 2023-03-29, 7 working days left", "deadline"),
        (1, "Due 2023-03-29, 1 working day left", "deadline deadline-soon"),
        (0, "Due 2023-03-29, today", "deadline deadline-soon"),
        (-2, "Due 2023-03-29, overdue", "deadline deadline-late"),
        (None, "Due 2023-03-29", "deadline"),
    ],
)
def test_a_deadline_says_how_many_working_days_are_left(days, text, tone):
    html = render('<c-deadline :due="due" :days="days" />', due=date(2023, 3, 29), days=days)

    assert text_of(html) == text
    assert f'class="{tone}"' in html


def test_problems_come_with_their_row_and_article():
    problem = Problem("bad_id", "Check the ID number.", article="Article 7", row=17)

    assert "Row 17: Check the ID number. Article 7" in text_of(
        render('<c-problems :problems="problems" />', problems=[problem])
    )


def test_no_problem_shows_nothing():
    assert text_of(render('<c-problems :problems="problems" />', problems=[])) == ""


def test_a_text_from_outside_cannot_become_markup():
    html = render('<c-badge :label="label" />', label="<b>x</b>")

    assert "<b>" not in html


def chart(**changes) -> Chart:
    given = {
        "key": "money",
        "title": "Paid",
        "kind": "bar",
        "categories": ["January", "</script>"],
        "series": [Series("Paid", [100_00, None])],
        "unit": "fen",
        "unit_label": "yuan",
        "links": ["/desk/?month=1"],
    }
    return Chart(**given | changes)


def test_a_chart_and_its_table_show_the_same_numbers():
    html = render('<c-chart :chart="chart" />', chart=chart())
    stored = re.search(r'<script id="chart-money" type="application/json">(.*?)</script>', html)

    assert json.loads(stored[1])["series"] == [{"name": "Paid", "values": [10000, None]}]
    assert re.search(r'<a href="/desk/\?month=1">January</a></th><td class="num">100.00</td>', html)


def test_a_chart_without_a_single_number_says_so():
    html = render('<c-chart :chart="chart" />', chart=chart(series=[Series("Paid", [0, None])]))

    assert "No numbers yet" in html
    assert "data-chart" not in html
