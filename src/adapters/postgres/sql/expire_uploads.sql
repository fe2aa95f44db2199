-- An upload's job is accepted right after it, and has the same owner. Of a failed job the upload stays, for a retry.
WITH old AS (
    SELECT id
    FROM upload
    WHERE created_at < statement_timestamp() - make_interval(secs => $1)
        AND NOT EXISTS (
            SELECT FROM job
            WHERE job.owner = upload.owner
                AND job.created_at >= upload.created_at - interval '1 minute'
                AND job.kind = 'import-recipes'
                AND job.status NOT IN ('succeeded', 'cancelled')
                AND job.command ->> 'upload_id' = upload.id::text
        )
    ORDER BY created_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM upload
    USING old
    WHERE upload.id = old.id
    RETURNING upload.id
)
SELECT count(*)
FROM gone
