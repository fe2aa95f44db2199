-- Messages that a commit owes the queue; a row is deleted when its message is sent. A new table: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('commands', 'events')),
    message_id text NOT NULL,
    type text NOT NULL,
    source text NOT NULL,
    subject text NOT NULL,
    occurred_at timestamptz NOT NULL,
    data json NOT NULL,
    sender text NOT NULL,
    request_id text,
    traceparent text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
