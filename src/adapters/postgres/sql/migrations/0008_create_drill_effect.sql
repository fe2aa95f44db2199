-- One row each time a drill took effect. No key keeps it from happening twice: the rows are there to be counted.
-- A new table: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE drill_effect (
    drill_id text NOT NULL,
    attempt integer NOT NULL,
    -- The job's, which names its job: a request is accepted as one job.
    request_id text NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX drill_effect_of_drill ON drill_effect (drill_id);
