"""docs/policies.md: its worked example is read out of the page and run; its reference is complete."""

import json
import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from apps.policy.parameters import PARAMETERS
from apps.policy.reader import read_document
from apps.policy.services.load_policies import load_policies

PAGE = (Path(settings.BASE_DIR) / "docs" / "policies.md").read_text(encoding="utf-8")
FILES = re.findall(r"^`my-policies/([\w./-]+)`\n\n```yaml\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    for name, text in FILES:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def quoted(command: str, folder: Path) -> dict:
    out = StringIO()
    words = command.replace("\\\n", " ").split()
    words = [str(folder) if word == "my-policies" else word for word in words]
    call_command("quote", *words, stdout=out)
    return json.loads(out.getvalue())


def commands() -> list[str]:
    return re.findall(r"manage\.py quote ((?:[^\n\\]|\\\n)+)", PAGE)


def test_the_first_command_gives_the_amounts_on_the_page(tmp_path):
    found = quoted(commands()[0], tmp_path)
    amounts = [found[name] for name in ("standard_fen", "advance_fen", "due_fen", "remainder_fen")]
    assert amounts == [1_600_000, 800_000, 1_360_000, 560_000]
    assert all(str(amount) in PAGE for amount in amounts)
    assert {*found} == {*re.findall(r"`(\w+)`", PAGE)} & {*found}


def test_the_example_gives_the_amounts_on_the_page(written):
    found = quoted(commands()[1], written)
    assert found["number"] == "京示例〔2030〕1号"
    for name in ("standard", "advance", "due", "remainder"):
        (line,) = re.findall(rf"^\| {name} \| .* ([\d,]+\.\d\d) \|$", PAGE, flags=re.MULTILINE)
        assert found[f"{name}_fen"] == int(line.replace(",", "").replace(".", ""))


def test_the_example_loads_after_the_document_it_succeeds(written):
    load_policies()
    assert load_policies(written).added == ["beijing-example"]


def test_the_example_s_value_by_day_holds_from_its_day(written):
    rules = read_document(written / "beijing-example")
    assert rules.value("deadline_review_days", date(2030, 12, 31)) == 10
    assert rules.value("deadline_review_days", date(2031, 1, 1)) == 7


def test_the_reference_has_every_parameter_with_its_unit_and_words():
    rows = re.findall(r"^\| (`[\w`, ]+`) \| `(\w+)` \| (.*) \|$", PAGE, flags=re.MULTILINE)
    listed = {name: (unit, rest) for names, unit, rest in rows for name in re.findall(r"`(\w+)`", names)}
    assert set(listed) == set(PARAMETERS)
    for name, spec in PARAMETERS.items():
        unit, rest = listed[name]
        assert unit == spec.unit, name
        assert (f"table (`{spec.row_key}`)" in rest) is spec.table, name
        assert ("may be left out" in rest) is not spec.required, name
        for word in spec.allowed.values if spec.allowed and "as above" not in rest else ():
            assert f"`{word}`" in rest, (name, word)
