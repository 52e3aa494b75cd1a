import logging

import pytest

from apps.core.logs import MaskPersonalNumbers, mask_numbers

ID = "11010519491231002X"
CARD = "6222021234567890123"


def logged(message: object, *args: object, error: Exception | None = None) -> str:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, message, args, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    assert MaskPersonalNumbers().filter(record)
    return logging.Formatter("%(message)s").format(record)


@pytest.mark.parametrize(
    "number",
    [
        ID,
        ID.lower(),
        CARD,
        "6222 0212 3456 7890 123",
        "6222-0212-3456-7890",
        "110105194912310021",
        "13812345678",
        CARD * 2,
    ],
)
@pytest.mark.parametrize("sentence", ["{}", "身份证{}无效", "id={}", "'{}'", "path/{}/x", "id{}"])
def test_a_number_never_reaches_the_log(number, sentence):
    if sentence == "id{}" and len(number) == 11:
        return
    assert number not in mask_numbers(sentence.format(number))


@pytest.mark.parametrize(
    "text", ["2026-06-30 23:59:58,123", "batch 20260630", "took 1234567 ms", "10.0.0.1:51234", "￥13,600.00"]
)
def test_other_numbers_stay(text):
    assert mask_numbers(text) == text


def test_arguments_are_masked_whatever_their_type():
    assert (
        logged("person %s with %d and %s", ID, int(CARD), {"card": CARD})
        == "person *** with *** and {'card': '***'}"
    )


def test_a_number_put_together_from_its_parts_is_masked():
    assert ID not in logged("%s%s", ID[:10], ID[10:])


def test_a_traceback_is_masked():
    try:
        int(ID)
    except ValueError as error:
        text = logged("broken", error=error)
    assert "ValueError" in text
    assert ID not in text


def test_a_structured_record_is_masked():
    record = logging.LogRecord(
        "x", logging.INFO, __file__, 1, {"event": "seen", "ids": [ID], "n": {"card": CARD}}, (), None
    )
    MaskPersonalNumbers().filter(record)
    assert record.msg == {"event": "seen", "ids": ["***"], "n": {"card": "***"}}


def test_a_template_that_does_not_fit_its_arguments_is_logged_all_the_same():
    assert "needs two" in logged("needs two %s %s", "one")


def test_the_console_of_the_settings_masks(settings):
    assert "mask" in settings.LOGGING["handlers"]["console"]["filters"]
    assert settings.LOGGING["filters"]["mask"]["()"] == "apps.core.logs.MaskPersonalNumbers"
