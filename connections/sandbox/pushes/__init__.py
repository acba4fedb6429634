"""What platforms tell an app unasked, sent to the address the app registered."""
