"""Words for causes that lie with the access: the sign-in, the permissions, the role."""

from dataclasses import replace

from health import moments
from health.case import Case
from health.evidence import Level
from health.statuses import Actor, Remedy
from health.words.shape import NO_RECONNECT, Words


def _reconnect(case: Case, why: str) -> Words:
    return Words(
        what=f"{case.subject.platform} no longer lets us act for {case.subject.label}.",
        why=why,
        who=f"{case.owner}.",
        next_step=f"Reconnect and sign in as {case.login}.{_repairs(case)}",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
        by_sign_in=True,
    )


def _repairs(case: Case) -> str:
    """Say how many accounts one sign-in repairs, where it is more than this one."""
    siblings = case.evidence.siblings
    if case.finding.level != Level.LOGIN or siblings.total < 2:
        return ""
    which = f"all {siblings.total} accounts" if case.standing.may_count else "every account"
    return f" One sign-in repairs {which} of this login."


def revoked(case: Case) -> Words:
    told = case.evidence.recent
    platform = case.subject.platform
    if case.evidence.was_told and told.told_gone_at:
        because = f": {told.told_gone_as}" if told.told_gone_as else ""
        at = moments.when(told.told_gone_at, case.now)
        return _reconnect(case, f"{platform} told us {at} that access was removed{because}.")
    return _reconnect(case, f"Access was removed at {platform}.{case.seen}")


def as_told(case: Case, words: Words) -> Words:
    """Say what the platform told us by itself, instead of what its answers leave open."""
    told, platform = case.evidence.recent, case.subject.platform
    at = moments.when(told.told_gone_at, case.now) if told.told_gone_at else ""
    return replace(
        words,
        what=f"{platform} no longer lets us act for {case.subject.label}.",
        why=f"{platform} told us {at} that {told.told_gone_as}.",
    )


def publishing_barred(case: Case, words: Words) -> Words:
    """The account answers, and the platform bars it, or our app, from publishing."""
    subject = case.subject
    whom = subject.label if case.finding.level == Level.ACCOUNT else "our app"
    step = f"Look at what {subject.platform} says about {whom}; then run a publish test."
    return replace(
        words,
        what=f"We can read {subject.label}, but {subject.platform} does not let us publish.",
        why=f"The publish test was refused: {subject.platform} restricts {whom}.",
        next_step=f"{step} {NO_RECONNECT}",
        remedy=words.remedy if words.remedy == Remedy.FIX_APP else Remedy.NONE,
        by_sign_in=False,
    )


def password(case: Case) -> Words:
    return _reconnect(
        case,
        f"The password was changed, or {case.subject.platform} ended the session for security "
        f"reasons.{case.seen}",
    )


def checkpoint(case: Case) -> Words:
    platform = case.subject.platform
    words = _reconnect(case, f"{platform} asks the person to pass a security check.{case.seen}")
    step = f"Sign in at {platform}, pass its check there, then reconnect here."
    return replace(words, next_step=step)


def rejected(case: Case) -> Words:
    platform, ends_at = case.subject.platform, case.evidence.tokens.expires_at
    why = f"{platform} refuses our access and does not say why."
    if case.evidence.second_look:
        why += " Two checks in a row were refused."
    if ends_at and ends_at <= (case.evidence.seen_at or case.now):
        why += f" The end that it had named, {moments.full_day(ends_at)}, has passed."
    words = _reconnect(case, why + case.seen)
    return replace(words, what=f"{platform} refuses our access to {case.subject.label}.")


def renewal_invalid(case: Case) -> Words:
    platform, cut_off = case.subject.platform, case.evidence.recent.renewal_cut_off_at
    if cut_off:
        at = moments.moment(cut_off, case.now)
        why = (
            f"The renewal was interrupted at {at}, and {platform} does not accept the old access "
            "any more."
        )
    else:
        why = (
            f"{platform} refused to renew our access. It does not say whether it was removed, ran "
            f"out or was replaced by another sign-in.{case.seen}"
        )
    return _reconnect(case, why + _known_end(case))


def _known_end(case: Case) -> str:
    """Name the ends this platform is known for that fit the age of the sign-in."""
    age = case.evidence.age
    fits = [end for end in case.evidence.known_ends if age and end.after <= age < end.after * 1.25]
    return "".join(f" {end.sentence}" for end in fits[-1:])


def wrong_account(case: Case) -> Words:
    label, returned = case.subject.label, case.evidence.returned_account
    which = f" It answers for {returned}." if returned else ""
    words = _reconnect(case, f"Somebody signed in as another account.{which}{case.seen}")
    return replace(
        words,
        what=f"The sign-in we hold belongs to another account than {label}.",
        next_step=f"Reconnect and sign in to {label} itself.",
    )


def expired(case: Case) -> Words:
    subject = case.subject
    gives = f"; it gives access for {subject.lifetime}" if subject.lifetime else ""
    return Words(
        what=f"Our access to {subject.label} ended.",
        why=f"{subject.platform} says that the access ran out{gives}.{case.seen}",
        who=f"{case.owner}, or anyone else who manages {subject.label}.",
        next_step=f"Reconnect and sign in as {case.login}.{_repairs(case)}",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
        by_sign_in=True,
    )


def data_access(case: Case) -> Words:
    subject = case.subject
    return Words(
        what=f"Our access to the data of {subject.label} ended.",
        why=f"{subject.platform} gives data for 90 days after the person last used our app.",
        who=f"{case.owner}.",
        next_step=f"Reconnect and sign in as {case.login}.{_repairs(case)}",
        remedy=Remedy.RECONNECT,
        actor=Actor.LOGIN_OWNER,
        by_sign_in=True,
    )


def permission(case: Case) -> Words:
    missing = case.evidence.missing
    if not missing and _all_granted(case):
        return _endpoint_permission(case)
    names, subject = case.names_of(missing), case.subject
    why = f"{subject.platform} refused a call for want of a permission.{case.seen}"
    step = "Reconnect and leave every permission ticked."
    if names:
        why = f"{len(missing)} of {len(case.evidence.required)} permissions are not granted: "
        why += f"{names}."
        step = f"Reconnect and leave ticked: {names}."
    return Words(
        what=f"{subject.label} is connected, but lacks {'permissions' if names else 'a permission'}.",
        why=why,
        who=f"{case.owner}.",
        next_step=step,
        remedy=Remedy.GRANT_PERMISSION,
        actor=Actor.LOGIN_OWNER,
        by_sign_in=True,
    )


def _all_granted(case: Case) -> bool:
    """Say whether the platform itself lists every permission that we need as granted."""
    evidence = case.evidence
    known = evidence.subject.reports_scopes and evidence.granted is not None
    return known and bool(evidence.required)


def _endpoint_permission(case: Case) -> Words:
    subject = case.subject
    return Words(
        what=f"We can read {subject.label}, but {subject.platform} does not let us publish.",
        why=f"{subject.platform} lists every permission as granted and refuses all the same: "
        "the app may lack a review or a verification, or the login its role.",
        who=f"Your administrator, with somebody who administers the {subject.noun}.",
        next_step=f"Look at {subject.platform}'s page of our app for its review, verification and "
        f"access level, and at the role of the login; then run a publish test. {NO_RECONNECT}",
        remedy=Remedy.FIX_APP,
        actor=Actor.ADMINISTRATOR,
    )


def role(case: Case) -> Words:
    subject = case.subject
    person = subject.owner or "The person who connected it"
    return Words(
        what=f"{person} can sign in but has no role on {subject.label} any more.",
        why=f"{subject.platform} refuses the {subject.noun} to this login.{case.seen}",
        who=f"Somebody at {subject.client} who administers the {subject.noun}.",
        next_step="Ask them to restore the role; then reconnect, or reconnect with "
        "another person who has the role.",
        remedy=Remedy.RESTORE_ROLE,
        actor=Actor.PAGE_ADMIN,
        by_sign_in=True,
    )


def account_missing(case: Case) -> Words:
    subject = case.subject
    return Words(
        what=f"{subject.platform} does not find {subject.label} with this login any more.",
        why=f"The {subject.noun} was deleted, closed, or the login lost its role.{case.seen}",
        who=f"Somebody at {subject.client} who administers the {subject.noun}.",
        next_step=f"Ask whether the {subject.noun} still exists; then reconnect with a login that "
        "has it, or disconnect it here.",
        remedy=Remedy.RESTORE_ROLE,
        actor=Actor.PAGE_ADMIN,
        by_sign_in=True,
    )
