-- Which jobs have the same report: it goes with the last of them. The index is built while writes to the job table wait, for
-- about a second where there are a million finished jobs.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE INDEX job_of_report ON job (result_id) WHERE result_resource = 'report';
