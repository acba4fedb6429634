"""All that a diagnosis says to people.

Texts say what happened, then what to do, and never more than the platform said.
"""
