-- One round trip labels the connection with the request (for the database's own log) and reads the document.
SELECT recipe.document, recipe.version, recipe.status <> 'draft' AS is_shared
FROM set_config('application_name', $3, true)
LEFT JOIN recipe ON recipe.id = $1 AND (recipe.status <> 'draft' OR recipe.owner = $2)
