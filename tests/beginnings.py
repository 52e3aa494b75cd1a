"""Tests of a module that begin alike run one after the other, so that what they begin with stays (ground.py).

The shuffle decides which group comes first and who comes first in it; a test still cannot know who ran
before it.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

STATEMENTS = 3
Beginning = tuple[object, ...]


def bear_their_own_names(names: Iterable[str]) -> None:
    """Of tests that bear one name the workers run one, and the run would pass without the others."""
    several = [name for name, times in Counter(names).items() if times > 1]
    if several:
        raise pytest.UsageError(f"Several tests bear one name, and only one of each would run: {several}")


def together(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests; within a module, those that ask for the same and begin alike stand together."""
    ordered: list[pytest.Item] = []
    for _path, run in groupby(items, key=lambda item: item.path):
        ordered += _grouped(list(run))
    return ordered


def _grouped(items: list[pytest.Item]) -> list[pytest.Item]:
    """Sorted by where each part of their beginning came first."""
    first: dict[Beginning, int] = {}
    keys = []
    for item in items:
        beginning = tuple(_beginning(item))
        prefixes = [beginning[: end + 1] for end in range(len(beginning))]
        keys.append([first.setdefault(prefix, len(first)) for prefix in prefixes])
    places = sorted(range(len(items)), key=lambda place: keys[place])
    return [items[place] for place in places]


def _beginning(item: pytest.Item) -> Iterator[object]:
    """The fixtures that a test asks for, then its first statements."""
    asked = getattr(item, "fixturenames", [])
    yield tuple(sorted(asked))
    function = getattr(item, "function", None)
    found = _statements(item.path).get(function.__qualname__, ()) if function else ()
    for number in range(STATEMENTS):
        yield found[number] if number < len(found) else ""


@cache
def _statements(path: Path) -> dict[str, tuple[str, ...]]:
    """The first statements of each function of a file, by its qualified name."""
    found: dict[str, tuple[str, ...]] = {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for prefix, body in [("", tree.body), *((f"{node.name}.", node.body) for node in classes)]:
        for node in body:
            if isinstance(node, ast.FunctionDef):
                said = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
                found[prefix + node.name] = tuple(ast.dump(line) for line in said[:STATEMENTS])
    return found
