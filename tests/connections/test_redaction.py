"""What looks like a credential is masked, and sentences stay readable."""

import logging

import pytest

from config.logging import MaskingFormatter
from connections.redaction import mask


@pytest.mark.parametrize(
    "text",
    [
        "GET /me?access_token=EAABplanted123&x=1",
        "refresh_token=plantedwordonly",
        '{"refresh_token": "rft.planted123456789"}',
        "Authorization: Bearer planted123planted",
        "Authorization: Basic cGxhbnRlZDpwbGFudGVk",
        "client_secret: planted-value-of-great-length",
        "{'code': 'planted1234'}",
        "ya29.plantedplantedplanted",
        "Not Found: /join/plantedplantedplanted/",
    ],
)
def test_mask_hides_credentials(text):
    assert "planted" not in mask(text)
    assert "cGxhbnRl" not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "Error validating access token: Session has expired on Monday, 19-Jun-23 06:29:46 PDT.",
        "The user has not authorized application 2586347315015828.",
        "Value passed for the token was invalid.",
        "Invalid OAuth access token - Cannot parse access token",
    ],
)
def test_mask_leaves_sentences_readable(text):
    assert mask(text) == text


def test_mask_makes_control_characters_visible():
    assert mask("a\r\x1b[31m\x00\u202eb") == "a\\x0d\\x1b[31m\\x00\\u202eb"


def test_log_line_masks_arguments_and_tracebacks():
    try:
        raise ValueError("access_token=planted123")
    except ValueError as error:
        record = logging.LogRecord(
            "x", 40, "f", 1, "token=%s", ("planted456",), (ValueError, error, None)
        )

    assert "planted" not in MaskingFormatter("%(message)s").format(record)
