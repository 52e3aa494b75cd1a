"""Policy documents as files: one folder a document, `document.yaml` with its header, the rest beside it.

Every other `*.yaml` file of the folder holds parameters by name; how they are spread over files is the
author's business. A document may name another one in `based_on` and then state only what differs.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.catalogue.files import base_levels
from apps.policy.building import build_rules
from apps.policy.contradictions import contradictions
from apps.policy.problems import DocumentProblem, InvalidDocument
from apps.policy.rules import Level, Rules
from apps.policy.texts import Text
from apps.policy.values import read_day
from apps.policy.yamlfile import read_yaml

HEADER_FILE = "document.yaml"
# Files that somebody takes for a part of the document. Nothing of them would be read.
_OTHER_ENDINGS = frozenset({".yml", ".json"})
_YAML_ENDINGS = frozenset({".yaml", ".yml"})
_BRACKETS = str.maketrans("〔〕[]【】{}", "()()()()")
Content = dict[str, Any]
FindContent = Callable[[str], Mapping[str, Any] | None]


def policies_dir() -> Path:
    """Where the project's own documents stand."""
    return Path(settings.BASE_DIR) / "fixtures" / "policies"


def levels_of_everywhere() -> tuple[Level, ...]:
    """The levels that every document knows: the national ones of the catalogue's files."""
    return tuple(Level(row.code, Text(row.name, row.name_en), row.rank) for row in base_levels())


def document_folders(directory: Path) -> list[Path]:
    """The folder itself where it is one document, else the folders in it that are, by name."""
    if (directory / HEADER_FILE).is_file():
        return [directory]
    if not directory.is_dir():
        return []
    return sorted(path.parent for path in directory.glob(f"*/{HEADER_FILE}"))


def find_folder(key: str, directory: Path) -> Path | None:
    """The folder of a document by its key; raises InvalidDocument where two have it."""
    found = []
    for folder in document_folders(directory):
        try:
            header = read_yaml(folder / HEADER_FILE)
        except InvalidDocument:
            # What stands beside may be half written; the one that is asked for may not.
            if folder.name == key:
                raise
            continue
        if header.get("key") == key:
            found.append(folder)
    if len(found) > 1:
        raise InvalidDocument([_key_twice(directory, key)])
    return found[0] if found else None


def known_keys(directory: Path) -> list[str]:
    """The keys of the documents in a folder."""
    keys = (_header_of(folder).get("key") for folder in document_folders(directory))
    return [key for key in keys if isinstance(key, str)]


def read_document(folder: Path, find_content: FindContent | None = None) -> Rules:
    """Read one folder into rules; raises InvalidDocument with every defect.

    `find_content` gives the content of a document by key, for `based_on`; without it the folders beside
    this one and then the project's own are looked at.
    """
    content, origins = _read_content(folder, find_content or _beside(folder))
    rules = build_rules(content, levels_of_everywhere(), origins)
    defects = [
        DocumentProblem(origins.get(key.split(".", 1)[0], HEADER_FILE), key, message)
        for key, message in contradictions(rules)
    ]
    if defects:
        raise InvalidDocument(defects)
    return rules


def read_documents(directory: Path, find_content: FindContent | None = None) -> list[Rules]:
    """Read every document of a folder, the earliest in force first; raises InvalidDocument.

    A missing folder, one without documents, and two documents with one key are refused.
    """
    folders = document_folders(directory)
    if not folders:
        message = _("holds no policy document; put a %(name)s into it or into the folders in it")
        raise InvalidDocument([DocumentProblem(str(directory), "", message % {"name": HEADER_FILE})])
    defects = _passed_over(directory, folders)
    found: list[Rules] = []
    for folder in folders:
        try:
            found.append(read_document(folder, find_content or _beside(folder)))
        except InvalidDocument as error:
            defects += [_in_folder(folder, defect) for defect in error.defects]
    for rules in {rules.key: rules for rules in found}.values():
        if sum(other.key == rules.key for other in found) > 1:
            defects.append(_key_twice(directory, rules.key))
    defects += _numbers_twice(found)
    if defects:
        raise InvalidDocument(defects)
    return sorted(found, key=lambda rules: (rules.in_force_from, rules.key))


def _passed_over(directory: Path, folders: list[Path]) -> list[DocumentProblem]:
    """Files among documents that somebody takes for documents, while nothing would read them."""
    if directory in folders:
        return []
    defects = []
    for path in sorted(directory.iterdir()):
        message = ""
        if path in folders or path.name.startswith("."):
            continue
        if not path.is_dir():
            if path.suffix.lower() in _YAML_ENDINGS:
                message = _(
                    "lies beside the documents, where nothing reads it; put it into a document's folder"
                )
        elif _holds_yaml(path):
            message = _("has no %(name)s that can be read, so that nothing in it would be")
        elif any(found for below in ("*", "*/*") for found in path.glob(f"{below}/{HEADER_FILE}")):
            message = _("the documents in it lie too deep to be found; load this folder by itself")
        if message:
            defects.append(DocumentProblem(path.name, "", message % {"name": HEADER_FILE}))
    return defects


def _holds_yaml(folder: Path) -> bool:
    return any(path.suffix.lower() in _YAML_ENDINGS for path in folder.iterdir())


def _numbers_twice(found: list[Rules]) -> list[DocumentProblem]:
    """Documents of one programme that have one official number under different keys."""
    first: dict[tuple[str, str], Rules] = {}
    defects = []
    for rules in found:
        known = first.setdefault((rules.programme, plain_number(rules.number)), rules)
        if known.key != rules.key:
            defects.append(
                DocumentProblem(f"{rules.key}/{HEADER_FILE}", "number", number_taken(rules.number, known.key))
            )
    return defects


def number_taken(number: str, key: str) -> str:
    """Why a document is refused whose official number another one has."""
    message = _(
        "%(number)s is the number of the document “%(key)s” already; correct the number, or keep that key"
    )
    return message % {"number": number, "key": key}


def plain_number(number: str) -> str:
    """An official number without what two people write differently: spaces, width and kind of brackets."""
    text = unicodedata.normalize("NFKC", number).translate(_BRACKETS)
    return "".join(text.split()).casefold()


def rules_from_content(content: Mapping[str, Any]) -> Rules:
    """Rules from stored content (a row of the database); raises InvalidDocument."""
    return build_rules(content, levels_of_everywhere())


def _key_twice(directory: Path, key: str) -> DocumentProblem:
    return DocumentProblem(str(directory), "key", _("two documents have the key %(key)s") % {"key": key})


def _header_of(folder: Path) -> Content:
    """The header of a document among others: what is wrong with it names its folder."""
    try:
        return read_yaml(folder / HEADER_FILE)
    except InvalidDocument as error:
        raise InvalidDocument([_in_folder(folder, defect) for defect in error.defects]) from None


def _read_beside(folder: Path) -> Rules:
    """A whole document among others: what is wrong with it names its folder."""
    try:
        return read_document(folder)
    except InvalidDocument as error:
        raise InvalidDocument([_in_folder(folder, defect) for defect in error.defects]) from None


def _in_folder(folder: Path, defect: DocumentProblem) -> DocumentProblem:
    return DocumentProblem(f"{folder.name}/{defect.file}", defect.key, defect.message)


def _beside(folder: Path, seen: frozenset[Path] = frozenset()) -> FindContent:
    seen = seen | {folder.resolve()}

    def find(key: str) -> Mapping[str, Any] | None:
        for directory in (folder.parent, policies_dir()):
            found = find_folder(key, directory)
            # A circle of documents that are based on each other has no beginning.
            if found is not None and found.resolve() not in seen:
                return read_document(found, _beside(found, seen)).content
        return None

    return find


def _read_content(folder: Path, find_content: FindContent) -> tuple[Content, dict[str, str]]:
    header = read_yaml(folder / HEADER_FILE)
    origins = dict.fromkeys(header, HEADER_FILE)
    parameters: dict[str, Any] = {}
    defects: list[DocumentProblem] = []
    for path in sorted(folder.iterdir()):
        if path.name == HEADER_FILE:
            continue
        if path.is_dir() and not path.name.startswith(".") and _holds_yaml(path):
            message = _("is a folder, in which nothing is read; put its files beside %(name)s")
            defects.append(DocumentProblem(path.name, "", message % {"name": HEADER_FILE}))
            continue
        if path.suffix != ".yaml":
            if path.suffix.lower() in {".yaml", *_OTHER_ENDINGS}:
                defects.append(DocumentProblem(path.name, "", _("name the file with the ending .yaml")))
            continue
        for name, raw in read_yaml(path).items():
            if name in parameters:
                message = _("stands in %(file)s as well; keep one of the two") % {"file": origins[name]}
                defects.append(DocumentProblem(path.name, name, message))
                continue
            origins[name] = path.name
            parameters[name] = _with_dated_values(raw, header.get("in_force_from"), path.name, name, defects)
    if header.get("based_on"):
        header, parameters = _on_its_base(header, parameters, find_content, defects)
    if defects:
        raise InvalidDocument(defects)
    return {"document": header, "parameters": parameters}, origins


def _with_dated_values(
    raw: Any, in_force_from: Any, file: str, name: str, defects: list[DocumentProblem]
) -> Any:
    """`value: x` means: from the day the document comes into force."""
    if not isinstance(raw, dict) or "value" not in raw:
        return raw
    if "values" in raw:
        defects.append(DocumentProblem(file, name, _("has both value and values; keep one of the two")))
    rest = {key: part for key, part in raw.items() if key != "value"}
    return {**rest, "values": {str(in_force_from): raw["value"]}}


def _on_its_base(
    header: Content, parameters: dict[str, Any], find_content: FindContent, defects: list[DocumentProblem]
) -> tuple[Content, dict[str, Any]]:
    """Header and parameters with what the base document says and this one does not.

    It is copied, so that the document is whole in itself and a later change elsewhere cannot reach it.
    """
    key = str(header["based_on"])
    base = find_content(key) if key != header.get("key") else None
    if base is None:
        message = _("there is no document “%(key)s” to take the rest from") % {"key": key}
        defects.append(DocumentProblem(HEADER_FILE, "based_on", message))
        return header, parameters
    first_day, last_day = str(header.get("in_force_from")), str(header.get("in_force_until") or "")
    inherited = {
        name: {
            **parameter,
            "source": parameter.get("source") or str(base["document"]["number"]),
            "values": _values_from(parameter["values"], first_day, last_day),
        }
        for name, parameter in base["parameters"].items()
    }
    return {**header, **_inherited_words(header, base["document"])}, {**inherited, **parameters}


def _inherited_words(header: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """The base document's kinds of occupations where this one names none, and its levels besides its own."""
    words: dict[str, Any] = {}
    if "occupation_kinds" in base and "occupation_kinds" not in header:
        words["occupation_kinds"] = base["occupation_kinds"]
    own = header.get("levels") or []
    if base.get("levels") and isinstance(own, list):
        codes = [item.get("code") for item in own if isinstance(item, dict)]
        words["levels"] = [*(item for item in base["levels"] if item["code"] not in codes), *own]
    return words


def _values_from(values: Mapping[str, Any], first_day: str, last_day: str) -> dict[str, Any]:
    if read_day(first_day) is None:
        return dict(values)
    if read_day(last_day) is not None:
        values = {day: value for day, value in values.items() if day <= last_day}
    earlier = [day for day in sorted(values) if day <= first_day]
    kept = {day: value for day, value in values.items() if day > first_day}
    return {first_day: values[earlier[-1]], **kept} if earlier else kept


def successor_on(rules: Rules, directory: Path, on: date) -> Rules | None:
    """The newer document of the same city and programme in a folder that governs a day, or None."""
    found = [
        other
        for folder in document_folders(directory)
        if _may_succeed(rules, _header_of(folder))
        and (other := _read_beside(folder)).in_force_from > rules.in_force_from
        and other.in_force(on)
    ]
    return max(found, key=lambda other: other.in_force_from, default=None)


def _may_succeed(rules: Rules, header: Mapping[str, Any]) -> bool:
    same = (header.get("programme"), header.get("jurisdiction")) == (rules.programme, rules.jurisdiction)
    return same and header.get("key") != rules.key
