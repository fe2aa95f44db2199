-- Small batches keep locks and WAL short; the keys that name these jobs go with them.
WITH old AS (
    SELECT id, result_resource, result_id
    FROM job
    WHERE finished_at < statement_timestamp() - make_interval(secs => $1)
    ORDER BY finished_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), reports AS (
    DELETE FROM report
    USING old
    WHERE old.result_resource = 'report' AND report.id = old.result_id
), keys AS (
    DELETE FROM idempotency_record
    USING old
    WHERE idempotency_record.job_id = old.id
), gone AS (
    DELETE FROM job
    USING old
    WHERE job.id = old.id
    RETURNING job.id
)
SELECT count(*)
FROM gone
