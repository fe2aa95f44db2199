SELECT
    (SELECT count(*) FROM job WHERE status = 'queued') AS queued,
    (SELECT count(*) FROM outbox WHERE channel = 'commands' AND message_id = subject) AS unsent,
    (
        SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
        FROM job
        WHERE status = 'queued'
    ) AS oldest_seconds,
    (SELECT count(*) / 60.0 FROM job WHERE finished_at > statement_timestamp() - interval '60 seconds')::float8
        AS finished_per_second
