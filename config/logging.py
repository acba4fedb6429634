"""Logs: one line a record on stderr, and nothing in it that looks like a token."""

import logging

from connections.redaction import mask


class MaskingFormatter(logging.Formatter):
    """Mask the finished line, so that arguments and tracebacks are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logging.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # urllib3 would write every URL with its query at DEBUG.
        "urllib3": {"level": "WARNING"},
        "django.server": {"handlers": [], "propagate": True},
    },
}
