-- What failed and what was refused, found without reading all lines and rows; what a sent line meant for its key.

-- Lines of a run by what became of the object, and by what went wrong.
CREATE INDEX run_items_by_outcome ON run_items (run, outcome, code);
-- Whether the key had no document before; NULL: a line that an older version wrote.
ALTER TABLE run_items ADD COLUMN is_new INTEGER CHECK (is_new IN (0, 1));
-- Refused documents by their reason; few beside what is held.
CREATE INDEX documents_refused ON documents (connection, error_code, error_detail) WHERE state = 'rejected';
