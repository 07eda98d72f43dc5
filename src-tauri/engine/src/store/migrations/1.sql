-- The state file of S3 Connector. Everything in it can be rebuilt from the buckets and the knowledge bases;
-- secrets are never in it. Times are milliseconds since 1970 UTC, sizes are bytes.

CREATE TABLE connections (
    number              INTEGER PRIMARY KEY,            -- short key for the large tables
    id                  TEXT NOT NULL UNIQUE,           -- UUID; names the secrets in the keychain, part of every document id
    name                TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> ''),
    bucket              TEXT NOT NULL CHECK (bucket <> ''),
    region              TEXT NOT NULL CHECK (region <> ''),
    endpoint            TEXT,                           -- NULL: Amazon S3
    prefix              TEXT NOT NULL,                  -- literal, perhaps empty
    container_tag_regex TEXT,
    container_tags      TEXT NOT NULL CHECK (json_valid(container_tags)), -- JSON array; the first is the default
    document_limit      INTEGER NOT NULL CHECK (document_limit > 0),
    on_no_match         TEXT NOT NULL CHECK (on_no_match IN ('tag', 'skip')),
    on_illegal_tag      TEXT NOT NULL CHECK (on_illegal_tag IN ('skip', 'replace')),
    on_gone             TEXT NOT NULL CHECK (on_gone IN ('keep', 'remove')),
    every_minutes       INTEGER CHECK (every_minutes >= 5), -- NULL: only by hand
    destination         TEXT NOT NULL CHECK (destination IN ('library')),
    credentials         TEXT NOT NULL CHECK (json_valid(credentials)), -- where they come from; never a secret
    created_at          INTEGER NOT NULL,
    listed_at           INTEGER,                        -- end of the last listing, complete or not
    listed_complete     INTEGER NOT NULL DEFAULT 0 CHECK (listed_complete IN (0, 1)),
    deleting            TEXT CHECK (deleting IN ('remove', 'keep')) -- a deletion has begun and is finished at the next start
) STRICT;

-- What the bucket showed when it was last listed.
CREATE TABLE objects (
    connection    INTEGER NOT NULL REFERENCES connections (number) ON DELETE RESTRICT,
    key           TEXT NOT NULL COLLATE BINARY,         -- exactly S3's bytes
    etag          TEXT NOT NULL,                        -- as the server wrote it
    size          INTEGER NOT NULL CHECK (size >= 0),
    modified      INTEGER,
    storage_class TEXT,                                 -- NULL: standard
    PRIMARY KEY (connection, key)
) STRICT, WITHOUT ROWID;

-- What a knowledge base holds or may hold: a row is here before the first byte is sent, and stays until the
-- removal was answered. RESTRICT: a connection goes after its last row, else documents would be orphaned.
CREATE TABLE documents (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,    -- of two versions the higher is the newer
    id            TEXT NOT NULL UNIQUE,                 -- customId
    connection    INTEGER NOT NULL REFERENCES connections (number) ON DELETE RESTRICT,
    key           TEXT NOT NULL COLLATE BINARY,
    etag          TEXT NOT NULL,                        -- moves on when a later version has the same bytes
    tag           TEXT NOT NULL,
    destination   TEXT NOT NULL,                        -- which knowledge base
    remote_id     TEXT,                                 -- NULL: not known yet
    state         TEXT NOT NULL CHECK (state IN ('intended', 'sent', 'indexed', 'rejected', 'removing')),
    changed_at    INTEGER NOT NULL,                     -- when it came into its state
    unanswered_at INTEGER,                              -- since when a put of it was never answered
    error_code    TEXT,                                 -- refused; a row with it takes no place under the limit
    error_detail  TEXT,
    content_hash  BLOB,                                 -- SHA-256 of the bytes; NULL until they were read
    size          INTEGER NOT NULL CHECK (size >= 0)
) STRICT;
CREATE INDEX documents_by_key ON documents (connection, key, sequence);
-- A server that merges equal uploads would give two rows one document; removing one would remove both.
CREATE UNIQUE INDEX documents_by_remote_id ON documents (destination, remote_id) WHERE remote_id IS NOT NULL;
-- Rows that wait for something; few at rest.
CREATE INDEX documents_unsettled ON documents (connection, state) WHERE state IN ('intended', 'sent', 'removing');

CREATE TABLE runs (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    connection   INTEGER NOT NULL REFERENCES connections (number) ON DELETE CASCADE,
    started_by   TEXT NOT NULL CHECK (started_by IN ('manual', 'schedule')),
    state        TEXT NOT NULL CHECK (state IN ('running', 'completed', 'partly_completed', 'failed', 'cancelled', 'interrupted')),
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER,
    listed       INTEGER NOT NULL DEFAULT 0,
    sent         INTEGER NOT NULL DEFAULT 0,
    removed      INTEGER NOT NULL DEFAULT 0,
    skipped      INTEGER NOT NULL DEFAULT 0,
    failed       INTEGER NOT NULL DEFAULT 0,
    bytes        INTEGER NOT NULL DEFAULT 0,
    error_code   TEXT,
    error_detail TEXT,
    error_region TEXT,
    CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;
-- One open run per connection.
CREATE UNIQUE INDEX runs_open ON runs (connection) WHERE state = 'running';
CREATE INDEX runs_by_connection ON runs (connection, number);

-- What became of single objects; skipped ones are counted only, the preview lists them.
CREATE TABLE run_items (
    run     INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    key     TEXT NOT NULL,
    tag     TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'removed', 'refused', 'failed')),
    code    TEXT,
    detail  TEXT,
    size    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
