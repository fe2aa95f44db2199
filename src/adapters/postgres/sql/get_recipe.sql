SELECT owner, document
FROM recipe
WHERE id = $1
