"""The store's schema, one step a version: `PRAGMA user_version` says how many of these a file has had."""

Migration = tuple[str, ...]

_FIRST: Migration = (
    """
    CREATE TABLE reviews (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        card TEXT NOT NULL,
        rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),
        reviewed_at TEXT NOT NULL,
        seconds REAL NOT NULL,
        answer TEXT,
        hints INTEGER NOT NULL,
        predicted TEXT,
        actual TEXT,
        mode TEXT NOT NULL
    )
    """,
    "CREATE INDEX reviews_by_card ON reviews (card)",
    "CREATE TABLE retractions (review TEXT PRIMARY KEY, at TEXT NOT NULL)",
    """
    CREATE TABLE flags (
        card TEXT PRIMARY KEY, suspended INTEGER NOT NULL, flagged INTEGER NOT NULL, buried_until TEXT
    )
    """,
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, experiment TEXT NOT NULL, settings TEXT NOT NULL, outcome TEXT NOT NULL,
        finding TEXT NOT NULL, started_at TEXT NOT NULL, seconds REAL NOT NULL,
        evidence TEXT NOT NULL, losses TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE predictions (
        id TEXT PRIMARY KEY, question TEXT NOT NULL, predicted TEXT NOT NULL, actual TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """,
    "CREATE TABLE interviews (id TEXT PRIMARY KEY, started_at TEXT NOT NULL, card TEXT NOT NULL)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE trust (hash TEXT PRIMARY KEY, at TEXT NOT NULL)",
    "CREATE TABLE states (card TEXT PRIMARY KEY, basis TEXT NOT NULL, state BLOB NOT NULL)",
    # The log only grows, and what was derived from a card's log goes when that log grows.
    """
    CREATE TRIGGER reviews_stay BEFORE UPDATE ON reviews
    BEGIN SELECT RAISE(ABORT, 'the review log is append-only'); END
    """,
    """
    CREATE TRIGGER reviews_are_kept BEFORE DELETE ON reviews
    BEGIN SELECT RAISE(ABORT, 'the review log is append-only'); END
    """,
    """
    CREATE TRIGGER review_drops_state AFTER INSERT ON reviews
    BEGIN DELETE FROM states WHERE card = NEW.card; END
    """,
    """
    CREATE TRIGGER retraction_drops_state AFTER INSERT ON retractions
    BEGIN DELETE FROM states WHERE card = (SELECT card FROM reviews WHERE id = NEW.review); END
    """,
)

_WHAT_RUNS_RAN_ON: Migration = (
    "ALTER TABLE runs ADD COLUMN compared TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE runs ADD COLUMN device TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE runs ADD COLUMN libraries TEXT NOT NULL DEFAULT '{}'",
)

MIGRATIONS: tuple[Migration, ...] = (_FIRST, _WHAT_RUNS_RAN_ON)
