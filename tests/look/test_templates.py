"""House rules of templates and static files: nothing inline, from outside, or untranslatable."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from apps.core import catalogues

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = sorted(path for path in (settings.BASE_DIR / "static").rglob("*") if path.is_file())

TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"\{% blocktrans(?:late)?\b.*?endblocktrans(?:late)? %\}", re.DOTALL)
UNREAD = re.compile(r"<kbd>.*?</kbd>|<code>.*?</code>|\{% block \w*class %\}.*?\{% endblock[^%]*%\}")
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
ELEMENT = re.compile(r"<[^>]*>", re.DOTALL)
SPOKEN = re.compile(
    r"(?<![:\w-])(?:title|alt|aria-label|placeholder|label|text|action_label|data-label|data-confirm)=\"([^\"]*)\""
)
CJK = re.compile(r"[\u3400-\u9fff\uff00-\uffef]")
WORD = re.compile(r"[A-Za-z]{2,}")
# What is written the same in every language.
NAMES = {"SHA", "ISBN", "beancount", "hledger"}


def ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(settings.BASE_DIR)) for path in paths]


def source(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_a_template_carries_no_inline_style_or_script(path):
    text = source(path)
    without_tags = TAGS.sub("", text)

    assert re.findall(r"<style\b|\sstyle\s*=|javascript:", without_tags) == []
    assert re.findall(r"<[^>]*\s(on[a-z]+)\s*=", without_tags) == []
    for attributes, body in SCRIPT.findall(text):
        assert "src=" in attributes or 'type="application/json"' in attributes
        assert "src=" not in attributes or not body.strip()


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_a_template_fetches_nothing_from_outside(path):
    assert re.findall(r"https?://|[\"'(]//[a-z]", source(path)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_every_word_of_a_template_can_be_translated(path):
    text = UNREAD.sub("", TRANSLATED.sub("", source(path)))
    assert CJK.findall(text) == []

    bare = TAGS.sub("", SCRIPT.sub("", text))
    spoken = [value for value in SPOKEN.findall(bare) if set(WORD.findall(value)) - NAMES]
    words = [
        word for word in WORD.findall(ELEMENT.sub(" ", bare.replace("&nbsp;", " "))) if word not in NAMES
    ]

    assert spoken == []
    assert words == []


@pytest.mark.parametrize("path", STATIC, ids=ids(STATIC))
def test_a_static_file_fetches_nothing_from_outside(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in text
    assert "https://" not in text


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = (settings.BASE_DIR / "static" / "icons" / "sprite.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r'(?:<c-icon name|\sicon)="([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert named - drawn == set()


def test_every_component_that_a_template_uses_exists():
    known = {
        path.stem.replace("_", "-")
        for path in (settings.BASE_DIR / "templates" / "components").glob("*.html")
    }
    used = {name for path in TEMPLATES for name in re.findall(r"<c-([a-z_-]+)", source(path))}
    assert {name.replace("_", "-") for name in used} - known - {"vars", "slot"} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=ids(TEMPLATES))
def test_the_texts_of_every_template_can_be_extracted(path):
    texts = [message.msgid for message in catalogues.texts_of_file(path)]

    assert len(texts) >= len(set(re.findall(r"\{% (?:translate|trans) \"([^\"]+)\"", source(path))))
