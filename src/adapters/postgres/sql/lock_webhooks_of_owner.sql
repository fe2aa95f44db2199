-- Rows that are not there yet cannot be locked; the name of their owner can.
SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || $1::text, 0))
