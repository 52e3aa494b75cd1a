"""A sentence or a name that a document carries in Chinese and in English."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Text:
    """Both languages of one text; `str()` gives the one that the reader has chosen."""

    zh: str = ""
    en: str = ""

    def __str__(self) -> str:
        chosen = self.zh if (get_language() or "zh").startswith("zh") else self.en
        return chosen or self.zh or self.en

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def as_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def from_json(cls, value: Any) -> "Text":
        return (
            cls(zh=value.get("zh", ""), en=value.get("en", ""))
            if isinstance(value, dict)
            else cls(value, value)
        )
