"""Measures what must be fast beside a bare equivalent: ``make bench``."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.bench import reading

    reading.print_figures()
