"""Speeds that a test can hold, in CPU time with slack; ``make bench`` prints the figures."""

from tests.bench.reading import measure


def test_reading_and_diagnosing_an_answer_costs_next_to_nothing():
    figures = measure()

    assert figures.both < 200  # microseconds: 60 on a quiet machine
