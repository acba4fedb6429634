"""The faults there are, in plain words, and what each needs to be told."""

from dataclasses import dataclass
from typing import Any

from .control_error import ControlError

DAY = 86400

# Things that happen to a consent; the person's next consent undoes them.
EVENTS = {
    "revoke": "The person removes the app",
    "change_password": "The password is changed",
    "drop_scope": "A permission is taken back",
    "expire": "Access runs out",
    "lose_role": "The role at the account is lost",
    "checkpoint": "The platform locks the account",
    "delete_account": "The account is deleted",
    "expire_data_access": "The time for reading data is over",
    "reject_token": "Access is refused without a reason",
    "kill_refresh": "Only renewing is refused",
}
# Ways a platform fails; each lasts until it is deleted.
CONDITIONS = {
    "outage": "The platform is down",
    "rate_limit": "The platform asks to slow down",
    "slow": "Answers come late",
    "lose_answer": "Answers to renewals are lost",
    "garble": "Answers make no sense",
    "reject_request": "Requests are called malformed",
    "disable_app": "The app is disabled",
    "swap_account": "Another account answers",
    "block_publishing": "Publishing is refused, reading works",
    "skew_clock": "The platform's clock is ahead",
    "spoil_code": "The code of the next sign-in is refused",
    "change_redirect": "The redirect address no longer fits",
    "false_revoked": "A good sign-in is called removed",
}
ROTATE = "rotate_secret"
LABELS = {**EVENTS, **CONDITIONS, ROTATE: "The app's secret is replaced"}


@dataclass(frozen=True)
class Parameter:
    """What a fault is told besides its name: one of ``options``, or a number up to ``most``."""

    name: str
    label: str
    example: str = ""
    options: tuple[str, ...] = ()
    most: int = 0
    whole: bool = False


PARAMETERS = {
    "outage": Parameter("mode", "How", options=("refuse", "timeout", "503_html", "half_json")),
    "garble": Parameter("mode", "How", options=("html", "empty", "wrong_shape")),
    "rate_limit": Parameter("retry_after", "Seconds", "60", most=DAY),
    "slow": Parameter("seconds", "Seconds", "5", most=600),
    "lose_answer": Parameter("count", "Answers", "1", most=1000, whole=True),
    "skew_clock": Parameter("seconds", "Seconds", "3600", most=400 * DAY),
    "false_revoked": Parameter("seconds", "Seconds", "60", most=DAY),
}


def parameters(fault: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what this fault is told, checked; raises ControlError."""
    if fault == "drop_scope":
        if not isinstance(wanted.get("scope"), str) or not wanted["scope"]:
            raise ControlError("drop_scope needs scope, the scope to drop.")
        return {"scope": wanted["scope"]}
    if parameter := PARAMETERS.get(fault):
        return {parameter.name: _value(fault, parameter, wanted.get(parameter.name))}
    return {}


def _value(fault: str, parameter: Parameter, value: Any) -> Any:
    if parameter.options:
        if value not in parameter.options:
            options = ", ".join(parameter.options)
            raise ControlError(f"{fault} needs {parameter.name}: {options}.")
        return value
    least = 1 if parameter.whole else 0
    number = isinstance(value, int if parameter.whole else int | float)
    if not number or isinstance(value, bool) or not least <= value <= parameter.most or not value:
        kind = "a whole number" if parameter.whole else "seconds"
        raise ControlError(
            f"{fault} needs {parameter.name}: {kind}, more than 0 and at most {parameter.most}."
        )
    return value
