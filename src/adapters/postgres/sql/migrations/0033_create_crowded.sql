-- Whose messages crowd the queue: callers with so many jobs that wait although their message has left the outbox. A new
-- function: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE FUNCTION crowded(most bigint) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH waiting AS (
        SELECT owner, count(*) AS jobs
        FROM job
        WHERE status = 'queued' AND announced_at <= statement_timestamp()
        GROUP BY owner
        HAVING count(*) >= most
    )
    SELECT owner
    FROM waiting
    WHERE jobs - (SELECT count(*) FROM outbox WHERE channel = 'commands' AND sender = waiting.owner) >= most
$$;
