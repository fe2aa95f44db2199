-- One number of our own choosing: changes of which recipe uses which wait for each other, and for nothing else.
SELECT pg_advisory_xact_lock(7230118)
