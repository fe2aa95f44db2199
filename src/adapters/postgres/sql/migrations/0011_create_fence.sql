-- Undoes the statement that a stale attempt ends its job with, effect and all: a row count that only the client
-- looks at would come after the commit. A new function: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE FUNCTION fence(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT holds THEN
        RAISE EXCEPTION 'this attempt is no longer the running one' USING ERRCODE = 'KL001';
    END IF;
END
$$;
