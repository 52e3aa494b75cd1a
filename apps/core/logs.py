"""No ID number, bank account or mobile number reaches a log, whoever wrote the line (I22)."""

import logging
import re
from typing import Any

MASK = "***"
_NUMBERS = re.compile(
    r"(?<!\d)\d(?:[ -]?\d){16}[ -]?[Xx]"  # an ID number that ends in X, however it is grouped
    r"|(?<!\d)\d(?:[ -]?\d){15,}(?!\d)"  # an ID number or a bank account: 16 digits or more
    r"|(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])"  # a mobile number
)


def mask_numbers(text: str) -> str:
    """Replace whatever looks like an ID number, a bank account or a mobile number."""
    return _NUMBERS.sub(MASK, text)


def mask_value(value: Any) -> Any:
    """The same for a value of any shape that may stand in a log record; other types are left as they are."""
    if isinstance(value, str):
        return mask_numbers(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        masked = mask_numbers(str(value))
        return value if masked == str(value) else masked
    if isinstance(value, dict):
        return {key: mask_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(mask_value(item) for item in value) if not hasattr(value, "_fields") else value
    return value


class MaskPersonalNumbers(logging.Filter):
    """A logging filter that masks the message, its arguments and the traceback of every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):
            record.msg = mask_value(record.msg)
        else:
            # Written out first: a number may be put together from the template and its arguments, and an
            # argument may be an object that prints one.
            record.msg = mask_numbers(_written(record))
            record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask_numbers(record.exc_text)
        if record.stack_info:
            record.stack_info = mask_numbers(record.stack_info)
        return True


def _written(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a template that does not fit its arguments must not lose the line
        return f"{record.msg} {record.args}"
