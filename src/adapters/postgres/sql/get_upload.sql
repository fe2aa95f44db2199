SELECT id, owner, lines, parts
FROM upload
WHERE id = $1 AND owner = $2 AND parts IS NOT NULL
