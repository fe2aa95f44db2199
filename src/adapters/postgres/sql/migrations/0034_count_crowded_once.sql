-- The same answer from one look at each table, however many callers crowd the queue. A function is replaced: no lock on
-- anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE OR REPLACE FUNCTION crowded(most bigint) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH waiting AS MATERIALIZED (
        SELECT owner, count(*) AS jobs
        FROM job
        WHERE status = 'queued' AND announced_at <= statement_timestamp()
        GROUP BY owner
        HAVING count(*) >= most
    ), unsent AS MATERIALIZED (
        SELECT sender, count(*) AS messages
        FROM outbox
        WHERE channel = 'commands' AND EXISTS (SELECT FROM waiting)
        GROUP BY sender
    )
    SELECT owner
    FROM waiting
    LEFT JOIN unsent ON unsent.sender = waiting.owner
    WHERE jobs - coalesce(messages, 0) >= most
$$;
