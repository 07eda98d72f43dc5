-- What lets a sync in which nothing has changed cost hardly more than its listing.

-- Digests of what `objects` has between two keys: a listing that shows the same is known by one comparison. They are
-- statements about rows of `objects`, so whoever changes one of these takes the statement back in the same transaction.
CREATE TABLE stretches (
    connection INTEGER NOT NULL REFERENCES connections (number) ON DELETE CASCADE,
    after      TEXT NOT NULL COLLATE BINARY,            -- its keys are greater; empty: it begins at the prefix
    until      TEXT COLLATE BINARY,                     -- and none is greater than this; NULL: it reaches to the end of the prefix
    prefix     TEXT NOT NULL,                           -- what was listed
    keys       INTEGER NOT NULL,
    digest     BLOB NOT NULL,                           -- BLAKE3
    PRIMARY KEY (connection, after)
) STRICT, WITHOUT ROWID;

-- The last plan of a run. A row is there for as long as neither objects nor documents of the connection have changed
-- since it was made.
CREATE TABLE plans (
    connection INTEGER PRIMARY KEY REFERENCES connections (number) ON DELETE CASCADE,
    rules      TEXT,                                    -- what it was made by; NULL: no plan was kept yet
    plan       TEXT CHECK (json_valid(plan))
) STRICT;
-- Documents change in many ways, objects in few (`store::objects`).
CREATE TRIGGER plans_without_new_document AFTER INSERT ON documents BEGIN
    DELETE FROM plans WHERE connection = NEW.connection;
END;
CREATE TRIGGER plans_without_changed_document AFTER UPDATE ON documents BEGIN
    DELETE FROM plans WHERE connection IN (OLD.connection, NEW.connection);
END;
CREATE TRIGGER plans_without_old_document AFTER DELETE ON documents BEGIN
    DELETE FROM plans WHERE connection = OLD.connection;
END;
