"""Measures what must be fast beside a bare equivalent: ``make bench``."""

from tests.bench import reading

if __name__ == "__main__":
    reading.print_figures()
