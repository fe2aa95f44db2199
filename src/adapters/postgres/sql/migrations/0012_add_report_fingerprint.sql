-- What a report is the answer to, so that a finished one can be found again. The column is nullable and the table is locked
-- for a moment only; earlier reports have none and are not found.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE report ADD COLUMN fingerprint text;
CREATE INDEX report_of_fingerprint ON report (owner, fingerprint, created_at DESC) WHERE fingerprint IS NOT NULL;
