UPDATE upload
SET lines = $2, parts = $3
WHERE id = $1
