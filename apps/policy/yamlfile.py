"""YAML as policy documents are written in it: no doubled key, no guessed type, no number with a point.

PyYAML's own loader reads `on:` as true, `010` as eight, `33.3` as a binary fraction, and lets the
second of two equal keys win in silence. Here a plain word is text unless it is a whole number,
`true`, `false` or `null`; dates stay text until the schema asks for a date; a percentage such as
33.3 stays text and becomes an exact fraction.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from yaml.composer import Composer

from apps.policy.problems import DocumentProblem, InvalidDocument

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
# What no database keeps and no page shows; a line break or a tab within a text is neither.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class _Refused(yaml.MarkedYAMLError):
    """What is YAML but not a policy document, in a sentence of ours."""


def _error(where: Any, message: str) -> _Refused:
    return _Refused(problem=message, problem_mark=where.start_mark)


class _StrictLoader(Composer, yaml.CSafeLoader):
    """Text, whole numbers, true, false and null; lists and mappings; nothing else.

    The parser in C reads the text; what it finds is put together here, node by node.
    """

    def __init__(self, stream: str) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _error(self.peek_event(), _("write the value out; references (*name) are not used here"))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _error(self.peek_event(), _("this is nested too deeply"))
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, yaml.ScalarNode) and _CONTROL.search(node.value):
            raise _error(node, _("this text holds a control character; type it again"))
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = True) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _error(key_node, _("a key is a single word, a number or a date"))
            key = str(key_node.value)
            if key in seen:
                raise _error(key_node, _("“%(key)s” stands here twice; keep one of the two") % {"key": key})
            if node.flow_style and value_node.value == "" and not value_node.style:
                # {en: first, then second} has three entries for YAML and two for its author.
                message = _("“%(key)s” has no value; put a text with a comma in quotes") % {"key": key}
                raise _error(key_node, message)
            seen.add(key)
        # Keys are always text, so that a date or a number as a key needs no guessing either.
        return {str(key.value): self.construct_object(value, deep=deep) for key, value in node.value}


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789")
)
_StrictLoader.add_constructor("tag:yaml.org,2002:map", _StrictLoader.construct_mapping)


def _refuse_tag(_loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    raise _error(node, _("the tag %(tag)s is not used here; write plain text or numbers") % {"tag": node.tag})


for _tag in ("binary", "float", "omap", "pairs", "set", "timestamp", "merge"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _refuse_tag)
_StrictLoader.add_constructor(None, _refuse_tag)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a file holds, keys as text.

    Raises InvalidDocument with file, line and what to write where the file is not UTF-8 YAML, is
    larger than 1 MB, repeats a key, or holds anything but one mapping.
    """
    try:
        if not path.is_file() and not path.is_dir() and path.exists():
            # A pipe would be waited for without end.
            raise InvalidDocument([DocumentProblem(path.name, "", _("is no plain file; put the text here"))])
        if path.stat().st_size > MAX_BYTES:
            raise InvalidDocument(
                [DocumentProblem(path.name, "", _("the file is larger than 1 MB; split it"))]
            )
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problem = DocumentProblem(path.name, "", _("the file is not UTF-8; save it as UTF-8"))
        raise InvalidDocument([problem]) from None
    except OSError as error:
        problem = DocumentProblem(path.name, "", _("cannot be read: %(why)s") % {"why": error.strerror})
        raise InvalidDocument([problem]) from None
    try:
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader made stricter
    except yaml.MarkedYAMLError as error:
        raise InvalidDocument([_yaml_problem(path, text, error)]) from None
    except (yaml.YAMLError, RecursionError):
        problem = DocumentProblem(path.name, "", _("holds characters that YAML does not allow"))
        raise InvalidDocument([problem]) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        problem = DocumentProblem(path.name, "", _("write “name: value” lines at the top of the file"))
        raise InvalidDocument([problem])
    return content


def _yaml_problem(path: Path, text: str, error: yaml.MarkedYAMLError) -> DocumentProblem:
    mark = error.problem_mark or error.context_mark
    number = mark.line + 1 if mark else 1
    why = str(error.problem or error.context)
    if not isinstance(error, _Refused):
        why = _what_to_write(text, number, why)
    return DocumentProblem(path.name, _("line %(line)s") % {"line": number}, why)


def _what_to_write(text: str, number: int, why: str) -> str:
    """The parser's own words name its grammar; an author needs to know what to change."""
    line = next(iter(text.splitlines()[number - 1 : number]), "")
    if "\t" in line:
        return _("has a tab; indent with spaces")
    if "another document" in why:
        return _("a second document begins here; leave “---” out, a file holds one")
    return _(
        "cannot be read from here on; look at the indentation, the colons, brackets and quotes of this line"
        " and of those before it (%(why)s)"
    ) % {"why": why}
