-- Locked just so that none is removed before its delivery is kept.
SELECT *
FROM webhook
WHERE owner = $1 AND disabled IS NULL
ORDER BY created_at, id
FOR KEY SHARE
