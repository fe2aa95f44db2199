SELECT id
FROM report
WHERE owner = $1 AND fingerprint = $2
ORDER BY created_at DESC, id DESC
LIMIT 1
