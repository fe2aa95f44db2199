-- A message that waits because the queue refused it is late since it was written; one whose caller crowds the queue is not late.
SELECT coalesce(
    extract(epoch FROM clock_timestamp() - min(CASE WHEN refusals > 0 THEN created_at ELSE available_at END)),
    0
)::float8
FROM outbox
WHERE (available_at <= clock_timestamp() OR refusals > 0)
    AND NOT (channel = 'commands' AND message_id = subject AND sender IN (SELECT crowded($1)))
