INSERT INTO recipe_export (id, owner, recipes, parts, digest, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
