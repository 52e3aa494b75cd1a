"""The translation catalogues: one per app, extracted, checked and compiled without system tools.

English stands in the code, Chinese in `apps/<app>/locale/zh_Hans/LC_MESSAGES/django.po`. A folder of
`templates/` that is named after an app belongs to that app, every other template to `core`. Files
carry neither dates nor line numbers, so that two people who add a text touch only that text.
"""

import ast
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGE = "zh_Hans"
KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TEMPLATE_ENDINGS = {".html", ".txt"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[diouxXeEfFgGcrs]|(?<!%)%([sdf])|\{(\w+)\}")

Key = tuple[str | None, str]


@dataclass
class Message:
    """One text of the code: where it stands and, where it counts things, its plural."""

    msgid: str
    context: str | None = None
    plural: str = ""
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.context, self.msgid


def app_names() -> list[str]:
    """The apps that may have a catalogue, in alphabetical order."""
    return sorted(path.parent.name for path in (settings.BASE_DIR / "apps").glob("*/apps.py"))


def catalogue_path(app: str) -> Path:
    """Where the catalogue of an app is kept."""
    return settings.BASE_DIR / "apps" / app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def source_files(app: str) -> Iterator[Path]:
    """The files whose texts belong to an app: its code, and its templates."""
    for path in sorted((settings.BASE_DIR / "apps" / app).rglob("*")):
        if (path.suffix == ".py" and "migrations" not in path.parts) or path.suffix in TEMPLATE_ENDINGS:
            yield path
    if app == "core":
        yield from sorted((settings.BASE_DIR / "config").rglob("*.py"))
    templates = settings.BASE_DIR / "templates"
    names = set(app_names())
    for path in sorted(templates.rglob("*")):
        if path.suffix not in TEMPLATE_ENDINGS:
            continue
        folder = path.relative_to(templates).parts[0]
        if (folder if folder in names else "core") == app:
            yield path


def texts(app: str) -> dict[Key, Message]:
    """Every translatable text of an app, by context and msgid."""
    found: dict[Key, Message] = {}
    for path in source_files(app):
        name = str(path.relative_to(settings.BASE_DIR))
        for message in texts_of_file(path):
            kept = found.setdefault(message.key, message)
            kept.plural = kept.plural or message.plural
            kept.files.add(name)
    return found


def texts_of_file(path: Path) -> Iterator[Message]:
    """The translatable texts of one Python file or template."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _texts_of_python(source)
    else:
        # What is left between the texts keeps the template's indentation, which Python's tokenizer refuses.
        calls = templatize(source, origin=str(path))
        yield from _texts_of_template("\n".join(line.lstrip() for line in calls.splitlines()))


def _texts_of_python(source: str) -> Iterator[Message]:
    """By the syntax tree: also what stands within an f-string, which a tokenizer takes for one word."""
    tree = ast.parse(source)
    other_names = _other_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        name = other_names.get(name, name)
        if name not in KEYWORDS:
            continue
        given = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
        places = [(place[0] if isinstance(place, tuple) else place) for place in KEYWORDS[name] or (1,)]
        parts = [given[place - 1] if place <= len(given) else None for place in places]
        context = parts.pop(0) if name.startswith(("pgettext", "npgettext")) else None
        if parts and all(isinstance(part, str) and part for part in parts):
            yield Message(str(parts[0]), context and str(context), str(parts[1]) if len(parts) > 1 else "")


def _other_names(tree: ast.Module) -> dict[str, str]:
    """What a module calls a function that marks texts, where it imports it under a name of its own."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    names = [alias for node in imports for alias in node.names if alias.asname and alias.name in KEYWORDS]
    return {str(alias.asname): alias.name for alias in names}


def _texts_of_template(source: str) -> Iterator[Message]:
    for _line, parts, _comments, context in extract(
        "python", io.BytesIO(source.encode("utf-8")), KEYWORDS, (), {"encoding": "utf-8"}
    ):
        singular, plural = parts[:2] if isinstance(parts, tuple) else (parts, "")
        if singular:
            yield Message(msgid=singular, context=context, plural=plural or "")


def read(app: str) -> dict[Key, polib.POEntry]:
    """The entries of an app's catalogue; empty when it has none."""
    path = catalogue_path(app)
    if not path.exists():
        return {}
    return {
        (entry.msgctxt, entry.msgid): entry
        for entry in polib.pofile(str(path), encoding="utf-8")
        if not entry.obsolete
    }


def update(app: str) -> tuple[int, int]:
    """Bring a catalogue in line with the code; returns how many texts came and went.

    Translations are kept. A new text takes over what another app already says for it, so that one
    English text has one Chinese text.
    """
    wanted, kept = texts(app), read(app)
    elsewhere = _translations_of_others(app)
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": LANGUAGE,
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for key in sorted(wanted, key=lambda each: (each[1], each[0] or "")):
        catalogue.append(_entry(wanted[key], kept.get(key), elsewhere.get(key)))
    path = catalogue_path(app)
    if wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, str(catalogue) + "\n")
    else:
        path.unlink(missing_ok=True)
    return len(wanted.keys() - kept.keys()), len(kept.keys() - wanted.keys())


def _entry(message: Message, kept: polib.POEntry | None, other: str | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.msgid,
        msgctxt=message.context,
        occurrences=[(name, "") for name in sorted(message.files)],
        flags=["python-format"] if "%(" in message.msgid else [],
    )
    translation = (kept and translated(kept)) or other or ""
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: translation}
    else:
        entry.msgstr = translation
    if kept is not None and kept.fuzzy:
        entry.flags.append("fuzzy")
    return entry


def translated(entry: polib.POEntry) -> str:
    """The Chinese of an entry; its only plural form where it counts things."""
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def _translations_of_others(app: str) -> dict[Key, str]:
    found: dict[Key, str] = {}
    for other in app_names():
        if other != app:
            for key, entry in read(other).items():
                if translated(entry) and not entry.fuzzy:
                    found.setdefault(key, translated(entry))
    return found


def problems(app: str) -> list[str]:
    """What is wrong with an app's catalogue, a sentence each; empty when it is complete."""
    wanted, kept = texts(app), read(app)
    found = [
        f"{app}: not extracted yet: {key[1]!r} ({', '.join(sorted(wanted[key].files))})"
        for key in wanted.keys() - kept.keys()
    ]
    found += [f"{app}: no longer in the code: {key[1]!r}" for key in kept.keys() - wanted.keys()]
    for entry in kept.values():
        found += [f"{app}: {problem}: {entry.msgid!r}" for problem in _problems_of_entry(entry)]
    return sorted(found)


def _problems_of_entry(entry: polib.POEntry) -> Iterator[str]:
    text = translated(entry)
    if not text.strip():
        yield "no Chinese"
        return
    if entry.fuzzy:
        yield "marked fuzzy"
    wanted, given = placeholders(entry.msgid_plural or entry.msgid), placeholders(text)
    if wanted != given:
        lacking, strange = sorted(wanted - given), sorted(given - wanted)
        yield f"placeholders differ (lacks {', '.join(lacking) or '-'}; unknown {', '.join(strange) or '-'})"
    if entry.msgid.startswith("\n") != text.startswith("\n") or entry.msgid.endswith("\n") != text.endswith(
        "\n"
    ):
        yield "line breaks at the edge differ"


def placeholders(text: str) -> set[str]:
    """Names of the `%(name)s` and `{name}` in a text; positional ones by their letter."""
    return {named or braced or f"%{letter}" for named, letter, braced in PLACEHOLDER.findall(text)}


def contradictions() -> list[str]:
    """English texts that two apps translate differently; only one of the two would ever be shown."""
    seen: dict[Key, tuple[str, str]] = {}
    found = []
    for app in app_names():
        for key, entry in read(app).items():
            text = translated(entry)
            first_app, first = seen.setdefault(key, (app, text))
            if text and first and text != first:
                found.append(f"{app}: {key[1]!r} is {text!r} here and {first!r} in {first_app}")
    return found


def compile_catalogue(app: str) -> bool:
    """Write the `.mo` beside an app's catalogue; returns whether there was one to compile."""
    path = catalogue_path(app)
    target = path.with_suffix(".mo")
    if not path.exists():
        target.unlink(missing_ok=True)
        return False
    _write(target, polib.pofile(str(path), encoding="utf-8").to_binary())
    return True


def compile_stale() -> list[str]:
    """Compile the catalogues that changed since they were last compiled; returns their apps."""
    done = []
    for app in app_names():
        source, target = catalogue_path(app), catalogue_path(app).with_suffix(".mo")
        stale = source.exists() and (
            not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns
        )
        if stale and compile_catalogue(app):
            done.append(app)
    return done


def _write(path: Path, content: str | bytes) -> None:
    """Replace a file in one step: a server that starts meanwhile reads the old one or the new one."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    fresh.replace(path)
