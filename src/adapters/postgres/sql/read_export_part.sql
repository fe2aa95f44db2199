SELECT body
FROM recipe_export_part
WHERE export_id = $1 AND number = $2
