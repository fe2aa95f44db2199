INSERT INTO recipe_nutrition AS kept (recipe_id, recipe_version, catalogue_version, nutrition)
VALUES ($1, $2, $3, $4)
ON CONFLICT (recipe_id) DO UPDATE
SET recipe_version = excluded.recipe_version, catalogue_version = excluded.catalogue_version, nutrition = excluded.nutrition
WHERE kept.recipe_version <= excluded.recipe_version
