-- How often the queue refused a message. The table is locked for a moment, without a rewrite: the new column has a constant
-- default. Older relays go on without it.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE outbox ADD COLUMN refusals integer NOT NULL DEFAULT 0;
CREATE INDEX outbox_refused ON outbox (position) WHERE refusals > 0;
