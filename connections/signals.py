"""What this layer announces to those above it, which it must not import."""

from django.dispatch import Signal

# A grant's tokens were stored after a sign-in: grant, connections, first (bool), actor.
grant_connected = Signal()
# A grant was renewed without the person: grant.
grant_renewed = Signal()
# A platform refused a call, or did not answer: grant, connection (or None), operation, refusal.
call_refused = Signal()
# A connection was disconnected or moved: connection, text, actor.
connection_changed = Signal()
# A platform told us something about a login: grant, connections it concerns, kind, reason
# (completes "Facebook told us that …"). Sent after the commit; those rows are due already.
push_received = Signal()
# A login was erased at its owner's request: connections, subject_name (to be forgotten).
login_erased = Signal()
