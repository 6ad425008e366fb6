"""What operators see of the outbox, and what they do to it."""
