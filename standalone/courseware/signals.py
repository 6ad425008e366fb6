"""What the site tells others of."""

from django.dispatch import Signal

# Sent with user_id and course_key after any change of a learner's grades or completions in the course,
# within the transaction that changes them: a receiver that raises undoes the change.
progress_changed = Signal()
