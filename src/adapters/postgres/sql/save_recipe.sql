-- What it is free of is unknown again until that is worked out for this version.
WITH saved AS (
    UPDATE recipe
    SET version = $2, status = $3, category = $4, tags = $5, document = $6, updated_at = $7
    WHERE id = $1
)
UPDATE recipe_search
SET status = $3, facets = $8, free_from = '{}'
WHERE recipe_id = $1
