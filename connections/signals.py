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
