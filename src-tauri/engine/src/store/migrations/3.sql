-- Knowledge bases beside the library; settings of the app.

-- A destination is `library` or the address of a Supermemory. SQLite cannot change a CHECK in place; a column is quickly
-- made anew.
ALTER TABLE connections ADD COLUMN destination_2 TEXT NOT NULL DEFAULT 'library';
ALTER TABLE connections DROP COLUMN destination;
ALTER TABLE connections RENAME COLUMN destination_2 TO destination;

-- What is known of a Supermemory. Its API key is in the keychain.
CREATE TABLE knowledge_bases (
    address      TEXT PRIMARY KEY,                      -- base URL
    has_key      INTEGER NOT NULL DEFAULT 0 CHECK (has_key IN (0, 1)), -- the keychain has an API key for it
    organisation TEXT,                                  -- whose documents it holds; NULL: it does not tell
    checked_at   INTEGER,                               -- when it last answered a test
    plan         TEXT,                                  -- NULL: it does not tell
    connectors   INTEGER CHECK (connectors IN (0, 1))   -- whether it has hosted connections; NULL: not known
) STRICT, WITHOUT ROWID;

-- Settings of the app, each a JSON value.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT, WITHOUT ROWID;
