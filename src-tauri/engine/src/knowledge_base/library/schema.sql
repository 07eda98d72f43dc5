-- The library's file, version 2.

-- One row for each document: what the engine gave beside the bytes. A row is inserted once and never updated.
CREATE TABLE documents (
    number     INTEGER PRIMARY KEY,                      -- its place in the index
    id         TEXT NOT NULL COLLATE BINARY UNIQUE,      -- the engine's id
    remote_id  TEXT NOT NULL COLLATE BINARY UNIQUE,      -- the library's id: never used again, not even by another library
    connection TEXT NOT NULL COLLATE BINARY,             -- the connection that owns it
    bucket     TEXT NOT NULL,
    key        TEXT NOT NULL COLLATE BINARY,             -- the object's key, byte for byte
    etag       TEXT NOT NULL COLLATE BINARY,             -- the object's version, as the server wrote it
    tag        TEXT NOT NULL COLLATE BINARY,             -- its container
    size       INTEGER NOT NULL CHECK (size >= 0),       -- bytes of the object
    modified   INTEGER                                   -- milliseconds since 1970 UTC, where the bucket told
) STRICT;

-- "What do you hold for this connection", page by page.
CREATE UNIQUE INDEX documents_by_connection ON documents (connection, id);
-- "Which containers are there, and how many documents has each", without touching a row.
CREATE INDEX documents_by_tag ON documents (tag);

-- The text of each document, apart from its row so that listings do not read over it.
CREATE TABLE texts (
    number INTEGER PRIMARY KEY REFERENCES documents (number) ON DELETE CASCADE,
    title  TEXT NOT NULL,                                -- the document's own title, or the file's name
    path   TEXT NOT NULL,                                -- the key, as words
    body   TEXT NOT NULL                                 -- everything that was read out of the file
) STRICT;

-- The index. It keeps no text of its own (`content`): snippets are cut from `texts`.
-- unicode61 without extra token characters: `foo_bar`, `a-b` and `x.y` are indexed as their parts and looked for as
-- phrases, so that both the part and the whole are found. `remove_diacritics 2`: Zoë is found by zoe.
CREATE VIRTUAL TABLE search USING fts5(
    title, path, body,
    content = 'texts', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2'
);
-- A removed document's words are taken out of the index at once, instead of being marked as dead until a merge.
-- Together with PRAGMA secure_delete (freed pages are overwritten) and a truncated log nothing of it stays in the file.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
-- Sixteen segments of the index are merged at a time, not four: a document is rewritten half as often, and a search looks
-- into some more of them. Merging goes on bit by bit with what is written, long before 32 would have to be merged at once.
INSERT INTO search (search, rank) VALUES ('automerge', 16);
INSERT INTO search (search, rank) VALUES ('crisismerge', 32);
-- A hit in the title tells most about a document, one in the path more than one among thousands of words.
INSERT INTO search (search, rank) VALUES ('rank', 'bm25(4.0, 2.0, 1.0)');

-- A text enters the index by a statement of its own. A trigger that does it makes a savepoint of every text, at which FTS5
-- writes down what it has gathered: a segment for each document.
-- It leaves the index with its document, whatever statement removes that.
CREATE TRIGGER texts_leave_index AFTER DELETE ON texts BEGIN
    INSERT INTO search (search, rowid, title, path, body)
    VALUES ('delete', old.number, old.title, old.path, old.body);
END;
CREATE TRIGGER texts_never_change BEFORE UPDATE ON texts BEGIN
    SELECT RAISE(ABORT, 'documents never change');
END;
