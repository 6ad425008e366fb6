"""What the learners really achieved: a table beside the bridge's, as the platform's own grades are.

A producer changes it in the transaction in which it tells the bridge, or tells it nothing at all. In the
end it is the measure of everything: what it says must be what the HR systems hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Learner", "achieved", "create", "enter", "ids_after", "learner", "of_share", "steps", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Where one learner stands. ``step`` counts the changes; ``number`` is theirs in the plan."""

    user_id: int
    number: int
    step: int
    grade: Decimal
    all_blocks: bool


COLUMNS = "user_id, number, step, grade, all_blocks"


def create() -> None:
    """Make the table."""
    _execute(
        "CREATE TABLE chaos_learner (user_id BIGINT PRIMARY KEY, number INT NOT NULL, step INT NOT NULL,"
        " grade DECIMAL(6, 4) NOT NULL, all_blocks SMALLINT NOT NULL)"
    )


def enter(user_ids: Iterable[int]) -> None:
    """Enter learners who have done nothing yet."""
    from django.db import connection

    rows = [(user_id, number) for number, user_id in enumerate(user_ids)]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO chaos_learner VALUES (%s, %s, 0, 0, 0)", rows)


def learner(user_id: int, *, lock: bool = False) -> Learner:
    """Return one learner; ``lock`` holds the row until the transaction ends."""
    suffix = " FOR UPDATE" if lock else ""
    (found,) = _rows(f"SELECT {COLUMNS} FROM chaos_learner WHERE user_id = %s{suffix}", user_id)
    return found


def of_share(share: int, shares: int) -> list[Learner]:
    """Return every learner of one producer."""
    return _rows(f"SELECT {COLUMNS} FROM chaos_learner WHERE MOD(number, %s) = %s", shares, share)


def ids_after(user_id: int, limit: int) -> list[int]:
    """Return user ids of learners who made any change, ascending, from the next one on."""
    sql = f"SELECT {COLUMNS} FROM chaos_learner WHERE user_id > %s AND step > 0 ORDER BY user_id LIMIT %s"
    return [one.user_id for one in _rows(sql, user_id, limit)]


def achieved() -> list[Learner]:
    """Return all learners."""
    return _rows(f"SELECT {COLUMNS} FROM chaos_learner")


def write(user_id: int, step: int, grade: Decimal, *, all_blocks: bool) -> None:
    """Change what a learner achieved, in the caller's transaction."""
    _execute(
        "UPDATE chaos_learner SET step = %s, grade = %s, all_blocks = %s WHERE user_id = %s",
        step,
        grade,
        int(all_blocks),
        user_id,
    )


def steps() -> int:
    """Return how many changes were made so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(SUM(step), 0) FROM chaos_learner")
        return int(cursor.fetchone()[0])


def _rows(sql: str, *values: int | Decimal) -> list[Learner]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [
            Learner(
                user_id=row[0], number=row[1], step=row[2], grade=Decimal(row[3]), all_blocks=bool(row[4])
            )
            for row in cursor.fetchall()
        ]


def _execute(sql: str, *values: int | Decimal) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
