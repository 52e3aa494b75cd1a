"""For whatever a policy says: advance and remainder (or recovery) make what is due, and parts their whole."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.payouts.allocation import Share, _give_back
from apps.payouts.offsetting import withhold
from apps.policy.apprenticeship import Facts, Quote, quote
from apps.policy.reader import policies_dir, read_document, read_documents
from apps.policy.rules import Rules as Document
from tests.faults.rules import Rules

DOCUMENTS = [found for found in read_documents(policies_dir()) if found.programme == "apprenticeship"]
LEVELS = ("intermediate", "senior", "technician", "senior_technician")
KINDS = ("ordinary", "scarce")
ON = date(2023, 3, 1)

facts = st.builds(
    Facts,
    level=st.sampled_from(LEVELS),
    months=st.integers(1, 60),
    occupation_kind=st.sampled_from(KINDS),
    in_evaluation_scope=st.booleans(),
    result=st.sampled_from(["passed", "failed", "withdrawn"]),
    certificate=st.booleans(),
)


def adds_up(found: Quote) -> None:
    """What is paid before, after, and comes back, makes what is due, to the fen."""
    advance, due, remainder = found.advance_fen, found.due_fen, found.remainder_fen
    assert advance is not None
    assert due is not None
    assert remainder is not None
    assert found.standard_fen is not None
    assert all(type(fen) is int for fen in (advance, due, remainder, found.standard_fen))
    assert advance + max(remainder, 0) - found.recovery_fen == due
    assert min(max(remainder, 0), found.recovery_fen) == 0
    assert 0 <= due <= found.standard_fen
    assert 0 <= advance <= found.standard_fen


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.key)
@given(facts=facts)
@settings(max_examples=150)
def test_advance_and_remainder_or_recovery_make_what_is_due(document: Document, facts: Facts):
    found = quote(document, facts, max(ON, document.in_force_from))
    if not found.refused:
        adds_up(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_auditor_of_the_faults_reads_the_same_figures_out_of_the_file(level: str, kind: str):
    """The simulator's model has a reader of its own; here the two are held together, within the term."""
    own = Rules.read("beijing-2022-11", level=level, occupation=kind)
    document = next(found for found in DOCUMENTS if found.key == "beijing-2022-11")
    for outcome in ("passed", "failed", "withdrawn"):
        for certified in (True, False):
            asked = Facts(level, 24, kind, True, outcome, certified)
            found = quote(document, asked, ON)
            if found.refused or (kind == "scarce" and outcome == "passed" and not certified):
                continue
            assert found.standard_fen == own.standard_fen(24)
            assert found.advance_fen == own.advance_fen(24)
            assert found.due_fen == own.due_fen(24, outcome, certified=certified)


@given(
    yuan=st.lists(st.integers(1, 99_999), min_size=8, max_size=8),
    shares=st.lists(st.integers(0, 100), min_size=4, max_size=4),
    advance=st.integers(0, 100),
    facts=facts,
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_so_they_do_under_documents_that_nobody_has_written_yet(tmp_path, yuan, shares, advance, facts):
    folder = written(tmp_path, yuan, shares, advance)
    found = quote(read_document(folder), facts, ON)
    if not found.refused:
        adds_up(found)
        exact = Fraction(found.rate_fen * facts.months, 12)
        assert abs(found.standard_fen - exact) <= Fraction(1, 2)


def written(base: Path, yuan: list[int], shares: list[int], advance: int) -> Path:
    """Beijing's document with other figures."""
    folder = base / "beijing-2022-11"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(policies_dir() / "beijing-2022-11", folder)
    file = folder / "money.yaml"
    text = file.read_text("utf-8")
    for pattern, figures in ((r"yuan: \d+", yuan), (r"percent: \d+", shares)):
        text = _with_figures(text, pattern, figures)
    text = re.sub(r"(?s)(advance_share:.*?value: )\d+", rf"\g<1>{advance}", text, count=1)
    file.write_text(text, "utf-8")
    return folder


def _with_figures(text: str, pattern: str, figures: list[int]) -> str:
    """The text with its first figures of a pattern replaced, in their order."""
    left = iter(figures)

    def other(found: re.Match[str]) -> str:
        figure = next(left, None)
        return found[0] if figure is None else re.sub(r"\d+", str(figure), found[0])

    return re.sub(pattern, other, text)


funds = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 10**9), min_size=1)


@given(nets=funds, back=funds)
def test_what_funds_give_up_for_a_set_off_is_what_goes_back(nets: dict[str, int], back: dict[str, int]):
    wanted = sum(back.values())
    before, left = sum(nets.values()), dict(nets)
    if wanted > before:
        with pytest.raises(ValueError, match="more would be set off"):
            withhold(left, sorted(back.items()))
        return
    drawn = withhold(left, sorted(back.items()))
    assert sum(drawn.values()) == wanted
    assert sum(left.values()) == before - wanted
    assert all(0 <= left[fund] <= nets[fund] for fund in nets)


def shares_of(fens: list[int]) -> Iterator[Share]:
    return (Share(1, "ab"[place % 2], "claim:1", fen) for place, fen in enumerate(fens))


@given(fens=st.lists(st.integers(1, 10**9), max_size=5), data=st.data())
def test_what_goes_back_of_a_payment_follows_the_funds_that_it_came_from(fens: list[int], data):
    before = list(shares_of(fens))
    fen = data.draw(st.integers(0, sum(fens)))
    back = list(_give_back(1, fen, before))
    assert sum(share.fen for share in back) == -fen
    assert all(share.fen < 0 for share in back)
    for fund in "ab":
        given_back = -sum(share.fen for share in back if share.fund == fund)
        assert given_back <= sum(share.fen for share in before if share.fund == fund)
