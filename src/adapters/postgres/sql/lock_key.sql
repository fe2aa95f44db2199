-- Held until the transaction ends, whichever way it ends: a killed process blocks nobody.
SELECT pg_try_advisory_xact_lock(hashtextextended($1 || chr(31) || $2, 7230115))
