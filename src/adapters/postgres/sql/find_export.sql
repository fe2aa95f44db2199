SELECT recipe_export.*
FROM set_config('application_name', $3, false)
LEFT JOIN recipe_export ON recipe_export.id = $1 AND recipe_export.owner = $2
