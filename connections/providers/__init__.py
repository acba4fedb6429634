"""allauth's provider classes for the managed platforms: how a flow starts and ends."""
