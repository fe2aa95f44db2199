SELECT *
FROM webhook
WHERE id = $1 AND owner = $2
