-- Scope, doors, pause and audit of connections; retries of documents; what a run held back, tried and skipped.

ALTER TABLE connections ADD COLUMN filters TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(filters)); -- include and exclude rules, in order
ALTER TABLE connections ADD COLUMN max_size INTEGER CHECK (max_size > 0);                  -- bytes; NULL: what the destination takes
ALTER TABLE connections ADD COLUMN ca_file TEXT;                                           -- certificates trusted beside the system's
ALTER TABLE connections ADD COLUMN requester_pays INTEGER NOT NULL DEFAULT 0 CHECK (requester_pays IN (0, 1));
ALTER TABLE connections ADD COLUMN addressing TEXT NOT NULL DEFAULT 'auto' CHECK (addressing IN ('auto', 'path', 'virtual'));
ALTER TABLE connections ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
ALTER TABLE connections ADD COLUMN paused_until INTEGER;                                   -- NULL while paused: until resumed
ALTER TABLE connections ADD COLUMN confirmed_removals INTEGER NOT NULL DEFAULT 0;          -- a yes that the next run carries
ALTER TABLE connections ADD COLUMN audited_at INTEGER;                                     -- NULL: before the next run, what is held is read from the knowledge base

-- A person asked to send a refused document once more.
ALTER TABLE documents ADD COLUMN retry INTEGER NOT NULL DEFAULT 0 CHECK (retry IN (0, 1));

ALTER TABLE runs ADD COLUMN held_back INTEGER NOT NULL DEFAULT 0;   -- removals that the brake held back
ALTER TABLE runs ADD COLUMN trial INTEGER CHECK (trial > 0);        -- at most this many documents were to be sent
ALTER TABLE runs ADD COLUMN lines INTEGER NOT NULL DEFAULT 0;       -- rows of run_items, also after they were pruned

-- The same table with one more outcome: SQLite cannot change a CHECK in place.
CREATE TABLE run_items_2 (
    run     INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    key     TEXT NOT NULL COLLATE BINARY,
    tag     TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'removed', 'skipped', 'refused', 'failed')),
    code    TEXT,
    detail  TEXT,
    size    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
INSERT INTO run_items_2 SELECT run, number, key, tag, outcome, code, detail, size, at FROM run_items;
DROP TABLE run_items;
ALTER TABLE run_items_2 RENAME TO run_items;
-- What became of one key, over all runs.
CREATE INDEX run_items_by_key ON run_items (key, run);
UPDATE runs SET lines = (SELECT count(*) FROM run_items WHERE run_items.run = runs.number);

-- Connections that were deleted while their documents were to stay: these have no owner by choice, and are never taken
-- for those of a connection that was lost.
CREATE TABLE released (connection TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
