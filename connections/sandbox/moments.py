"""When a fault shows, in the table of faults."""

NEXT_CHECK, NEXT_RENEWAL, AT_ONCE = "next check", "next renewal", "at once"
NEXT_SIGN_IN, NEXT_PUBLISH_TEST = "at the next sign-in", "at the next publish test"

# Fault, status, cause, when, and what the platform answers; then the fault's parameters.
Line = tuple[str, str, str | None, str, str]
Lines = list[tuple[Line, dict[str, object]]]
