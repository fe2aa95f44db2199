SELECT count(*)
FROM webhook
WHERE owner = $1
