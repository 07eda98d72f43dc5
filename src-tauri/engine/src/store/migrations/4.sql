-- What a run found otherwise than the preview that it was started from.

ALTER TABLE runs ADD COLUMN drift TEXT CHECK (json_valid(drift)); -- totals as previewed and as planned; NULL: no difference, or no preview
