-- Attempts that were lost together with their worker. The table is locked for a moment, without a rewrite: the new column
-- has a constant default. Older workers go on without it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE job ADD COLUMN lost_in_company integer NOT NULL DEFAULT 0;
