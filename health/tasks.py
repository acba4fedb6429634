"""Celery's doors into health: they take ids, call one function, return nothing."""

from celery import shared_task

from health.checks import check_now
from health.sweep import sweep as run_sweep


@shared_task(name="health.sweep")
def sweep() -> None:
    run_sweep()


@shared_task(name="health.check_connections")
def check_connections(ids: list[str]) -> None:
    check_now(ids)
