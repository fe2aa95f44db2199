-- The end of a job, by whatever way it comes, leaves as an event where its owner has a webhook. Done here, it costs the job
-- of an owner without one a look into an index, and no part of a statement. Locks job against writers for an instant.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE FUNCTION tell_of_job_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM webhook WHERE owner = NEW.owner AND disabled IS NULL) THEN
        INSERT INTO outbox
            (channel, message_id, type, source, subject, occurred_at, data, sender, request_id, traceparent)
        VALUES (
            'events',
            gen_random_uuid(),
            'org.kondate.event.job-' || NEW.status || '.v1',
            '/kondate',
            NEW.id,
            NEW.finished_at,
            json_strip_nulls(
                json_build_object(
                    'job_id', NEW.id,
                    'kind', NEW.kind,
                    'owner', NEW.owner,
                    'code', NEW.failure ->> 'code',
                    'at', NEW.finished_at
                )
            ),
            NEW.owner,
            NEW.request_id,
            NEW.traceparent
        );
        PERFORM pg_notify('kondate_outbox', '');
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER job_end_is_told AFTER UPDATE OF finished_at ON job
FOR EACH ROW WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL) EXECUTE FUNCTION tell_of_job_end();
