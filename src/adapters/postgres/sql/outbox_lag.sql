SELECT coalesce(extract(epoch FROM clock_timestamp() - min(available_at)), 0)::float8
FROM outbox
WHERE available_at <= clock_timestamp()
