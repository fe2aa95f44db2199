DELETE FROM recipe
WHERE id = $1
