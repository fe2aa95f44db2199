-- A message that waits because the queue refused it is late since it was written.
SELECT coalesce(
    extract(epoch FROM clock_timestamp() - min(CASE WHEN refusals > 0 THEN created_at ELSE available_at END)),
    0
)::float8
FROM outbox
WHERE available_at <= clock_timestamp() OR refusals > 0
