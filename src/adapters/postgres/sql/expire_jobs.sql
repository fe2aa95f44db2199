-- Small batches keep locks and WAL short; the keys that name these jobs go with them. Of each job and its result there
-- stays who owned it, and that for a while only.
WITH old AS (
    SELECT id, owner, result_resource, result_id
    FROM job
    WHERE finished_at < statement_timestamp() - make_interval(secs => $1)
    ORDER BY finished_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), reports AS (
    DELETE FROM report
    USING old
    WHERE old.result_resource = 'report' AND report.id = old.result_id
    RETURNING report.id, report.owner
), keys AS (
    DELETE FROM idempotency_record
    USING old
    WHERE idempotency_record.job_id = old.id
), gone AS (
    DELETE FROM job
    USING old
    WHERE job.id = old.id
    RETURNING job.id, job.owner
), kept AS (
    INSERT INTO expired (id, owner)
    SELECT id, owner FROM gone
    UNION ALL
    SELECT id, owner FROM reports
    ON CONFLICT (id) DO NOTHING
), forgotten AS (
    DELETE FROM expired
    WHERE id IN (
        SELECT id
        FROM expired
        WHERE forgotten_at < statement_timestamp()
        ORDER BY forgotten_at
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    )
)
SELECT count(*)
FROM gone
