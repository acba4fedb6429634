"""The error of a control request that cannot be carried out."""


class ControlError(Exception):
    """Its text is a sentence for the person who asked; nothing was changed."""
