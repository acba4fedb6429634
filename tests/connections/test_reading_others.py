"""X, TikTok, LinkedIn, YouTube and any other server: answers beside those of the case file."""

from dataclasses import replace

import pytest

from connections.platforms import PLATFORMS
from connections.platforms.wire import Cause
from tests.connections.unseen import generic, linkedin, tiktok, x, youtube
from tests.connections.unseen.row import Row

TABLES = {
    "x": x.ROWS,
    "tiktok": tiktok.ROWS,
    "linkedin": linkedin.ROWS,
    "youtube": youtube.ROWS,
    "generic": generic.ROWS,
}
ROWS = [(platform, row) for platform, rows in TABLES.items() for row in rows]
every_row = pytest.mark.parametrize(
    ("platform", "row"), ROWS, ids=[f"{p}: {row.endpoint}: {row.situation}" for p, row in ROWS]
)


@every_row
def test_unseen_answer_is_read_as_an_honest_cause(platform, row: Row):
    assert PLATFORMS[platform].read_error(row.answer) in row.honest


@every_row
def test_unseen_answer_during_trouble_asks_nobody_to_sign_in(platform, row: Row):
    answers = [replace(row.answer, status=status) for status in (408, 429, 500, 503)]

    found = {PLATFORMS[platform].read_error(answer) for answer in answers}

    assert found <= {Cause.RATE_LIMITED, Cause.PLATFORM_OUTAGE}


@every_row
def test_unseen_answer_is_read_without_its_request(platform, row: Row):
    answer = replace(row.answer, request=None)

    assert PLATFORMS[platform].refusal(answer).cause in Cause


def test_situations_are_told_apart():
    named = [(platform, row.endpoint, row.situation) for platform, row in ROWS]

    assert len(named) == len(set(named)) >= 120
