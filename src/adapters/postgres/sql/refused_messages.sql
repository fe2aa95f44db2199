SELECT count(*)
FROM outbox
WHERE refusals > 0
