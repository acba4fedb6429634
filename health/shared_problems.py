"""One verdict for many connections: what an app or a whole platform fails with.

A problem is opened by the first round that shows it, kept up to date by later ones, and
ends with the round that shows the app or the platform working again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connections.models import Connection
from connections.platforms.wire import Cause
from health.evidence import Alike, Level
from health.models import SharedProblem
from health.statuses import Displayed
from health.summary import Summary
from health.surroundings import Sign, Surroundings, latest_signs
from health.verdicts import Verdict


@dataclass(slots=True)
class Tally:
    """How one round of looks at an app's or a platform's connections ended."""

    looked: int = 0
    failing: int = 0
    answered: int = 0
    worst: Verdict | None = None

    def add(self, verdict: Verdict, level: Level) -> None:
        self.looked += 1
        fails = verdict.finding is not None and verdict.finding.level == level
        self.failing += fails
        self.answered += not fails and verdict.was_answered
        if fails:
            self.worst = verdict


def open_problems(summary: Summary) -> list[SharedProblem]:
    """Return what is wrong with apps and platforms, where what a person may see shows any of it."""
    if not summary.count((Displayed.APP, Displayed.PLATFORM)):
        return []
    problems = SharedProblem.objects.open().select_related("app")
    return [problem for problem in problems if problem.platform in summary.platforms]


def problems_of(apps: Iterable[UUID]) -> dict[UUID, SharedProblem]:
    """Return the open problem of each of these apps."""
    return {problem.app_id: problem for problem in SharedProblem.objects.open_of_apps(apps)}


def continues(problem: SharedProblem | None, sign: Sign) -> Alike | None:
    """Return a problem as who else fails, where this refusal is one more of its kind."""
    if problem is None or problem.read_as != sign.read_as:
        return None
    return Alike(Level.APP, problem.failing, problem.total, problem.began_at)


def note_problems(verdicts: Sequence[Verdict], now: datetime) -> None:
    """Open, extend and end the problems that this round of looks shows."""
    tallies: dict[tuple[Level, object], Tally] = {}
    for verdict in verdicts:
        app = verdict.connection.app
        tallies.setdefault((Level.APP, app.pk), Tally()).add(verdict, Level.APP)
        tallies.setdefault((Level.PLATFORM, app.platform), Tally()).add(verdict, Level.PLATFORM)
    if not tallies:
        return
    held = {problem.key: problem for problem in SharedProblem.objects.open()}
    new = [
        _problem(level, tally, now)
        for (level, whose), tally in tallies.items()
        if tally.worst and (level, whose) not in held
    ]
    SharedProblem.objects.bulk_create(new, ignore_conflicts=True)
    _judge_anew([problem for problem in new if problem.level == Level.APP])
    known = [(held[key], tally) for key, tally in tallies.items() if key in held]
    _extend([(problem, tally) for problem, tally in known if tally.worst], now)
    over = [problem for problem, tally in known if not tally.worst and tally.answered]
    if over:
        _end([problem for problem in over if not _still_fails(problem, verdicts, now)], now)


def _problem(level: Level, tally: Tally, now: datetime) -> SharedProblem:
    verdict = tally.worst
    assert verdict is not None
    alike = verdict.alike if verdict.alike and verdict.alike.level == level else None
    app = verdict.connection.app
    return SharedProblem(
        level=level,
        platform=app.platform,
        app=app if level == Level.APP else None,
        cause=verdict.cause if level == Level.APP else verdict.unverified_cause,
        read_as=verdict.evidence.get("read_as") or "",
        began_at=alike.since if alike else now,
        seen_at=now,
        failing=alike.failing if alike else tally.failing,
        total=alike.total if alike else tally.looked,
    )


def _extend(known: Sequence[tuple[SharedProblem, Tally]], now: datetime) -> None:
    for problem, tally in known:
        fresh = _problem(Level(problem.level), tally, now)
        problem.seen_at = now
        problem.cause, problem.read_as = fresh.cause, fresh.read_as
        problem.failing = max(fresh.failing, min(problem.failing, fresh.total))
        problem.total = max(fresh.total, problem.total)
    fields = ["seen_at", "cause", "read_as", "failing", "total"]
    SharedProblem.objects.bulk_update([problem for problem, _ in known], fields)


def _still_fails(problem: SharedProblem, verdicts: Sequence[Verdict], now: datetime) -> bool:
    """Say whether a platform fails for most all the same, though some of it answers again."""
    if problem.level != Level.PLATFORM:
        return False
    apps = {v.connection.app_id: v.connection.app.platform for v in verdicts}
    return Surroundings(latest_signs(apps, now)).at_platform(problem.platform) is not None


def _end(over: Sequence[SharedProblem], now: datetime) -> None:
    SharedProblem.objects.filter(pk__in=[problem.pk for problem in over]).update(ended_at=now)
    apps = [problem.app_id for problem in over if problem.app_id]
    Connection.objects.held_up_by(apps).update(next_check_at=now)


def _judge_anew(problems: Sequence[SharedProblem]) -> None:
    """Look again at who was judged alone while the problem was not yet seen as the app's."""
    inferred = [problem for problem in problems if problem.read_as != problem.cause]
    if not inferred:
        return
    since = min(problem.began_at for problem in inferred)
    apps = [problem.app_id for problem in inferred]
    alone = Connection.objects.newly_broken(apps, since)
    alone.exclude(cause=Cause.APP_DISABLED).update(next_check_at=since)
