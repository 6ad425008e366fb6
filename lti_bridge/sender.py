"""The sender: claims due rows of the outbox, sends them, records every attempt, settles the rows.

At least once on the wire, exactly once in effect: a row is leased to one worker, an attempt is
written before it starts, and what may have arrived is read back before it is sent again.
"""

from .sending.attempting import attempt
from .sending.claims import Claim, Ending
from .sending.engine import LEASE, claim, deliver_due, deliver_next
from .sending.settling import settle

__all__ = ["LEASE", "Claim", "Ending", "attempt", "claim", "deliver_due", "deliver_next", "settle"]
