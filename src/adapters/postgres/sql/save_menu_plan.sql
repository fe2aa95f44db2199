INSERT INTO menu_plan (id, owner, version, document, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, document = excluded.document, updated_at = excluded.updated_at
