SELECT recipe_import.document
FROM set_config('application_name', $3, false)
LEFT JOIN recipe_import ON recipe_import.id = $1 AND recipe_import.owner = $2
