"""Reading a document's content into `Rules`, with every defect named by file and key at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.policy.coverage import uncovered_cases
from apps.policy.enums import ORDINARY, SCARCE, Programme
from apps.policy.parameters import Spec, parameters_of, required_of
from apps.policy.problems import DocumentProblem, InvalidDocument
from apps.policy.rules import Level, Note, Parameter, Rules, digest
from apps.policy.texts import Text
from apps.policy.values import (
    ARTICLE_MAX,
    NAME_MAX,
    NUMBER_MAX,
    TITLE_MAX,
    Vocabulary,
    fits_in_line,
    listing,
    read_code,
    read_day,
    read_key,
    read_name,
    read_text,
    read_value,
)

_HEADER_REQUIRED = ("key", "number", "title", "jurisdiction", "programme", "issued_on", "in_force_from")
_HEADER_OPTIONAL = (
    "in_force_until",
    "in_force_article",
    "succeeds",
    "based_on",
    "notes",
    "levels",
    "occupation_kinds",
)
_PARAMETER_KEYS = frozenset({"unit", "article", "note", "choice", "source", "value", "values"})
_KIND_NAMES = {
    ORDINARY: Text("普通职业（工种）", "ordinary occupation"),
    SCARCE: Text("急需紧缺职业（工种）", "scarce occupation"),
}


_RANK_LIMIT = 100


class _Builder:
    """Builds `Rules` and gathers every defect on the way, so that an author sees all at once."""

    def __init__(
        self, content: Mapping[str, Any], base_levels: Iterable[Level], origins: Mapping[str, str]
    ) -> None:
        self.header = content["document"]
        self.raw_parameters = content["parameters"]
        self.content = content
        self.base_levels = {level.code: level for level in base_levels}
        self.origins = origins
        self.defects: list[DocumentProblem] = []

    def report(self, key: str, message: str) -> None:
        top = key.split(".", 1)[0].split("[", 1)[0]
        self.defects.append(DocumentProblem(self.origins.get(top, "document.yaml"), key, message))

    def build(self) -> Rules:
        self._header_keys()
        in_force_from = self._day("in_force_from")
        own = self._levels()
        levels = {**self.base_levels, **own}
        kinds = self._kinds()
        words = Vocabulary(levels=tuple(levels), occupation_kinds=tuple(kinds))
        parameters = self._parameters(words, in_force_from) if in_force_from else {}
        until = self._day("in_force_until")
        if until and in_force_from and until < in_force_from:
            self.report("in_force_until", _("lies before in_force_from; write a later day or leave it out"))
        rules_notes = self._notes()
        title = self._title()
        issued_on = self._day("issued_on")
        if self.defects or in_force_from is None or issued_on is None:
            raise InvalidDocument(self.defects)
        rules = Rules(
            key=self.header["key"],
            number=self.header["number"],
            title=title,
            jurisdiction=self.header["jurisdiction"],
            programme=self.header["programme"],
            issued_on=issued_on,
            in_force_from=in_force_from,
            in_force_until=until,
            in_force_article=str(self.header.get("in_force_article") or self.header["number"]),
            succeeds=self.header.get("succeeds") or "",
            notes=rules_notes,
            levels=levels,
            own_levels=frozenset(own),
            occupation_kinds=kinds,
            parameters=parameters,
            content=self.content,
            sha256=digest(self.content),
        )
        if rules.programme == Programme.APPRENTICESHIP:
            self._shares_answer_every_case(rules)
        if self.defects:
            raise InvalidDocument(self.defects)
        return rules

    # The header -----------------------------------------------------------------------------------
    def _header_keys(self) -> None:
        for name in _HEADER_REQUIRED:
            value = self.header.get(name)
            if value is None or (isinstance(value, str) and not value.strip()):
                self.report(name, _("is missing; every document states it"))
        known = {*_HEADER_REQUIRED, *_HEADER_OPTIONAL}
        for name in sorted(set(self.header) - known):
            self.report(name, _("is not known in the header; it has: %(words)s") % {"words": listing(known)})
        for name in ("key", "jurisdiction", "succeeds", "based_on"):
            value = self.header.get(name)
            if value not in (None, "") and read_key(value) is None:
                self.report(name, _("write small letters, digits and hyphens, such as beijing-2022-11"))
        if self.header.get("number") and not isinstance(self.header["number"], str):
            self.report("number", _("write the document's number as text, such as 京人社能发〔2022〕11号"))
        elif not fits_in_line(str(self.header.get("number") or ""), NUMBER_MAX):
            self._too_long("number", NUMBER_MAX)
        article = self.header.get("in_force_article") or ""
        if not isinstance(article, str) or not fits_in_line(article, ARTICLE_MAX):
            self._too_long("in_force_article", ARTICLE_MAX)
        programme = self.header.get("programme")
        if programme and programme not in Programme.values:
            self.report("programme", _("write one of: %(words)s") % {"words": listing(Programme.values)})
        if self.header.get("succeeds") and self.header.get("succeeds") == self.header.get("key"):
            self.report("succeeds", _("a document cannot succeed itself"))

    def _day(self, name: str) -> date | None:
        raw = self.header.get(name)
        if raw in (None, ""):
            return None
        day = read_day(raw)
        if day is None:
            self.report(name, _("write a day as YYYY-MM-DD"))
        return day

    def _title(self) -> Text:
        title = read_text(self.header.get("title"))
        if title is None and self.header.get("title"):
            self.report("title", _("write it in both languages: {zh: …, en: …}"))
        if title is not None and not all(fits_in_line(text, TITLE_MAX) for text in (title.zh, title.en)):
            self._too_long("title", TITLE_MAX)
        return title or Text()

    def _too_long(self, key: str, longest: int) -> None:
        self.report(key, _("write it in one line of at most %(longest)s characters") % {"longest": longest})

    def _items(self, name: str) -> list[Any]:
        raw = self.header.get(name) or []
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            self.report(name, _("write a list of entries in braces"))
            return []
        return raw

    def _named(self, name: str, number: int, item: dict[str, Any], keys: set[str]) -> tuple[str, Text] | None:
        code, text = read_code(item.get("code")), read_name(item.get("name"))
        if set(item) == keys and code is not None and text is not None:
            return code, text
        self.report(
            f"{name}[{number}]",
            _("write an entry with: %(words)s; the name in both languages, at most %(longest)s characters")
            % {"words": listing(keys), "longest": NAME_MAX},
        )
        return None

    def _levels(self) -> dict[str, Level]:
        levels: dict[str, Level] = {}
        for number, item in enumerate(self._items("levels"), start=1):
            named = self._named("levels", number, item, {"code", "name", "rank"})
            rank = item.get("rank")
            if named is None:
                continue
            if not isinstance(rank, int) or isinstance(rank, bool) or not 0 < rank < _RANK_LIMIT:
                self.report(
                    f"levels[{number}].rank", _("write a whole number; a higher level has a higher rank")
                )
                continue
            level = Level(named[0], named[1], rank)
            base = self.base_levels.get(level.code)
            taken = {**self.base_levels, **levels}
            if level.code in levels:
                self.report(f"levels[{number}].code", _("stands here twice; keep one of the two"))
            elif base is None and any(other.rank == rank for other in taken.values()):
                self.report(f"levels[{number}].rank", _("another level has this rank; write a free one"))
            elif base is not None and base.rank != rank:
                self.report(
                    f"levels[{number}].rank",
                    _("this level has the rank %(rank)s everywhere; write that or another code")
                    % {"rank": base.rank},
                )
            else:
                levels[level.code] = level
        return levels

    def _kinds(self) -> dict[str, Text]:
        if self.header.get("occupation_kinds") is None:
            return dict(_KIND_NAMES)
        kinds: dict[str, Text] = {ORDINARY: _KIND_NAMES[ORDINARY]}
        for number, item in enumerate(self._items("occupation_kinds"), start=1):
            named = self._named("occupation_kinds", number, item, {"code", "name"})
            if named is not None:
                kinds[named[0]] = named[1]
        return kinds

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        for number, item in enumerate(self._items("notes"), start=1):
            text = read_text({name: value for name, value in item.items() if name != "from"})
            day = read_day(item["from"]) if "from" in item else None
            if text is None or ("from" in item and day is None):
                self.report(
                    f"notes[{number}]", _("write {zh: …, en: …} and, where it starts later, from: YYYY-MM-DD")
                )
            else:
                notes.append(Note(text, day))
        return tuple(notes)

    # The parameters -------------------------------------------------------------------------------
    def _parameters(self, words: Vocabulary, in_force_from: date) -> dict[str, Parameter]:
        programme = str(self.header.get("programme") or Programme.APPRENTICESHIP)
        known = parameters_of(programme)
        for name in sorted(required_of(programme) - set(self.raw_parameters)):
            self.report(name, _("is missing; write it, or name a document in based_on that has it"))
        parameters: dict[str, Parameter] = {}
        for name, raw in self.raw_parameters.items():
            spec = known.get(name)
            if spec is None:
                self.report(name, _("is no parameter; docs/policies.md lists them"))
                continue
            parameter = self._parameter(name, raw, spec, words, in_force_from)
            if parameter is not None:
                parameters[name] = parameter
        return parameters

    def _parameter(
        self, name: str, raw: Any, spec: Spec, words: Vocabulary, in_force_from: date
    ) -> Parameter | None:
        if not isinstance(raw, dict):
            self.report(name, _("write it with unit, article, note and value"))
            return None
        for key in sorted(set(raw) - _PARAMETER_KEYS):
            self.report(
                f"{name}.{key}",
                _("is not known here; a parameter has: %(words)s") % {"words": listing(_PARAMETER_KEYS)},
            )
        if raw.get("unit") != spec.unit:
            self.report(f"{name}.unit", _("write %(unit)s") % {"unit": spec.unit})
        article = raw.get("article")
        if not isinstance(article, str) or not article.strip():
            self.report(
                f"{name}.article",
                _("write where the document says so, such as 四（二）; for a choice, where it is silent"),
            )
            article = ""
        elif not fits_in_line(article, ARTICLE_MAX):
            self._too_long(f"{name}.article", ARTICLE_MAX)
        note = read_text(raw.get("note"))
        if note is None:
            self.report(f"{name}.note", _("write one line in both languages: {zh: …, en: …}"))
        choice = raw.get("choice", False)
        if not isinstance(choice, bool):
            self.report(f"{name}.choice", _("write true or false"))
        source = raw.get("source") or ""
        if not isinstance(source, str):
            self.report(f"{name}.source", _("write the number of the other document as text"))
        elif not fits_in_line(source, NUMBER_MAX):
            self._too_long(f"{name}.source", NUMBER_MAX)
        values = self._values(name, raw, spec, words, in_force_from)
        if note is None or not values:
            return None
        return Parameter(name, spec.unit, article.strip(), note, bool(choice), str(source), values)

    def _values(
        self, name: str, raw: dict[str, Any], spec: Spec, words: Vocabulary, in_force_from: date
    ) -> tuple[tuple[date, Any], ...]:
        dated = raw.get("values")
        if not isinstance(dated, dict) or not dated:
            self.report(f"{name}.values", _("write value: …, or values: with a day before each value"))
            return ()
        found: list[tuple[date, Any]] = []
        for written, value in dated.items():
            key = f"{name}.values.{written}"
            day = read_day(written)
            if day is None:
                self.report(key, _("write the day as YYYY-MM-DD"))
                continue
            found.append((day, read_value(value, spec, words, key, self.report)))
        found.sort(key=lambda pair: pair[0])
        if spec.required and found and found[0][0] > in_force_from:
            self.report(
                f"{name}.values",
                _("has no value on %(day)s, when the document comes into force; date the first no later")
                % {"day": in_force_from.isoformat()},
            )
        return tuple(found)

    def _shares_answer_every_case(self, rules: Rules) -> None:
        """Every outcome of every level with a rate needs a share: a gap would show up years later."""
        for valid_from, facts in uncovered_cases(rules):
            case = ", ".join(f"{name}={value}" for name, value in facts.items())
            self.report(
                f"shares.values.{valid_from.isoformat()}",
                _("has no row for %(case)s; add one") % {"case": case},
            )


def build_rules(
    content: Mapping[str, Any], base_levels: Iterable[Level], origins: Mapping[str, str] | None = None
) -> Rules:
    """Read a document's content into rules; raises InvalidDocument with every defect.

    `base_levels` are the levels that every document knows; `origins` maps a key to the file that it
    stands in, for the messages.
    """
    return _Builder(content, base_levels, origins or {}).build()
