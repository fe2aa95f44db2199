-- Small batches keep locks and WAL short; the keys that name these jobs go with them. Of each job and its result there
-- stays who owned it, and that for a while only. A report that several jobs came to goes with the last of them: one
-- batch at a time, for two at once would each leave it to the other.
WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(7230116) AS is_ours
), old AS (
    SELECT job.id, job.owner, job.result_resource, job.result_id
    FROM job, turn
    WHERE turn.is_ours AND finished_at < statement_timestamp() - make_interval(secs => $1)
    ORDER BY finished_at
    LIMIT $2
    FOR UPDATE OF job SKIP LOCKED
), reports AS (
    DELETE FROM report
    USING old
    WHERE old.result_resource = 'report'
        AND report.id = old.result_id
        AND NOT EXISTS (
            SELECT FROM job AS other
            WHERE other.result_resource = 'report'
                AND other.result_id = report.id
                AND other.id NOT IN (SELECT id FROM old)
        )
    RETURNING report.id, report.owner
), imports AS (
    DELETE FROM recipe_import
    USING old
    WHERE old.result_resource = 'import' AND recipe_import.id = old.result_id
    RETURNING recipe_import.id, recipe_import.owner
), exports AS (
    DELETE FROM recipe_export
    USING old
    WHERE old.result_resource = 'export' AND recipe_export.id = old.result_id
    RETURNING recipe_export.id, recipe_export.owner
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
    UNION ALL
    SELECT id, owner FROM imports
    UNION ALL
    SELECT id, owner FROM exports
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
