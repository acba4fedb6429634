"""What platforms tell us unasked: that access was removed, that data must be erased."""
