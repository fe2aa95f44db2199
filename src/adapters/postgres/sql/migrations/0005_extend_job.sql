-- Cancelling, deadlines, fairness and the reconciler. The job table is locked for a moment, without a rewrite:
-- the new columns are nullable or have constant defaults.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE job
    ADD COLUMN deadline_at timestamptz,
    ADD COLUMN cancel_requested boolean NOT NULL DEFAULT false,
    -- When the last message of this job was sent, or is expected back; the reconciler looks for old ones.
    ADD COLUMN announced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN announcements integer NOT NULL DEFAULT 1;

-- How many of one owner run now is asked at each claim.
CREATE INDEX job_running_of_owner ON job (owner) WHERE status = 'running';
-- What was finished of late, and what may be deleted.
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;

ALTER TABLE outbox ADD COLUMN available_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE INDEX outbox_of_subject ON outbox (subject);
