-- Whether a job's result was there before it: a report over what has not changed is not computed twice, and the job says so.
-- A column with a constant default rewrites nothing: locks job for an instant.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE job ADD COLUMN is_result_reused boolean NOT NULL DEFAULT false;
