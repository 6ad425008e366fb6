"""What the platform holds: line items, results, and a journal of every score that reached it.

An SQLite file in WAL mode. It is not synced: a killed process loses nothing of it, only a machine would.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

__all__ = ["Entry", "LineItem", "Memory", "Result", "Rule", "Score", "Taken"]

TABLES = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=OFF;
CREATE TABLE IF NOT EXISTS line_item (
    id INTEGER PRIMARY KEY, context TEXT NOT NULL, tag TEXT NOT NULL, resource_link TEXT NOT NULL,
    maximum TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS result (
    line_item INTEGER NOT NULL, user TEXT NOT NULL, score TEXT NOT NULL, maximum TEXT NOT NULL,
    timestamp TEXT NOT NULL, PRIMARY KEY (line_item, user));
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, line_item INTEGER NOT NULL, user TEXT NOT NULL,
    score TEXT NOT NULL, timestamp TEXT NOT NULL, taken TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS count (name TEXT PRIMARY KEY, number INTEGER NOT NULL);
"""


class Rule(StrEnum):
    """How the platform takes a timestamp that is not newer than the last one it processed."""

    MOODLE = "moodle"  # older or equal: 409, in whole seconds
    CONSUMER = "consumer"  # older or equal: 400
    CANVAS = "canvas"  # older: 400; equal is processed


class Taken(StrEnum):
    """What became of a score."""

    EFFECT = "effect"  # the platform holds something now that it did not hold before
    REPEAT = "repeat"  # processed, and everything was there already
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score as it came."""

    line_item: int
    user: str
    score: Decimal
    maximum: Decimal
    timestamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One column of the gradebook."""

    id: int
    tag: str
    resource_link: str
    maximum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one person has in one column."""

    line_item: int
    user: str
    score: Decimal
    maximum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal. ``at`` is seconds since 1970, by the machine's clock."""

    at: float
    line_item: int
    user: str
    score: Decimal
    timestamp: datetime
    taken: Taken


class Memory:
    """The file. Safe in several threads."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def count(self, name: str) -> None:
        """Count something that happened."""
        with self._lock:
            self._db.execute(
                "INSERT INTO count VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET number = number + 1", [name]
            )

    def counts(self) -> dict[str, int]:
        """Return what was counted."""
        with self._lock:
            return dict(self._db.execute("SELECT name, number FROM count ORDER BY number DESC, name"))

    def create(self, context: str, tag: str, resource_link: str, maximum: str) -> int:
        """Add a line item and return its number."""
        with self._lock:
            made = self._db.execute(
                "INSERT INTO line_item (context, tag, resource_link, maximum) VALUES (?, ?, ?, ?)",
                [context, tag, resource_link, maximum],
            )
            return int(made.lastrowid or 0)

    def line_items(self, context: str | None = None) -> list[LineItem]:
        """Return the line items of one context, or all."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, tag, resource_link, maximum FROM line_item"
                " WHERE :context IS NULL OR context = :context ORDER BY id",
                {"context": context},
            ).fetchall()
        return [LineItem(id=row[0], tag=row[1], resource_link=row[2], maximum=row[3]) for row in rows]

    def has(self, line_item: int) -> bool:
        """Tell whether there is such a line item."""
        with self._lock:
            found = self._db.execute("SELECT 1 FROM line_item WHERE id = ?", [line_item]).fetchone()
            return found is not None

    def take(self, score: Score, rule: Rule) -> Taken:
        """Process a score by the rule, write it into the journal, and say what became of it."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            held = self._db.execute(
                "SELECT score, timestamp FROM result WHERE line_item = ? AND user = ?",
                [score.line_item, score.user],
            ).fetchone()
            taken = _verdict(score, held, rule)
            if taken == Taken.EFFECT:
                self._db.execute(
                    "INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?, ?)",
                    [
                        score.line_item,
                        score.user,
                        str(score.score),
                        str(score.maximum),
                        score.timestamp.isoformat(),
                    ],
                )
            self._db.execute(
                "INSERT INTO journal (at, line_item, user, score, timestamp, taken)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    time.time(),
                    score.line_item,
                    score.user,
                    str(score.score),
                    score.timestamp.isoformat(),
                    taken,
                ],
            )
            self._db.execute("COMMIT")
        return taken

    def results(self, line_item: int | None = None, user: str | None = None) -> list[Result]:
        """Return the results, of one line item and one person where they are named."""
        with self._lock:
            rows = self._db.execute(
                "SELECT line_item, user, score, maximum FROM result"
                " WHERE (:item IS NULL OR line_item = :item) AND (:user IS NULL OR user = :user)"
                " ORDER BY line_item, user",
                {"item": line_item, "user": user},
            ).fetchall()
        return [
            Result(line_item=row[0], user=row[1], score=Decimal(row[2]), maximum=Decimal(row[3]))
            for row in rows
        ]

    def journal(self) -> Iterator[Entry]:
        """Return every score that was processed or refused, in order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT at, line_item, user, score, timestamp, taken FROM journal ORDER BY id"
            ).fetchall()
        for at, line_item, user, score, timestamp, taken in rows:
            yield Entry(
                at=at,
                line_item=line_item,
                user=user,
                score=Decimal(score),
                timestamp=datetime.fromisoformat(timestamp),
                taken=Taken(taken),
            )


def _verdict(score: Score, held: tuple[str, str] | None, rule: Rule) -> Taken:
    if held is None:
        return Taken.EFFECT
    last = datetime.fromisoformat(held[1])
    if score.timestamp > last:
        return Taken.EFFECT
    if score.timestamp < last or rule != Rule.CANVAS:
        return Taken.REFUSED
    return Taken.REPEAT if Decimal(held[0]) == score.score else Taken.EFFECT
