INSERT INTO recipe_export_part (export_id, number, body)
VALUES ($1, $2, $3)
