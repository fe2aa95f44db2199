-- The list and its prices; the caller holds the list's row, or it is new.
INSERT INTO price_list (id, owner, version, document, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, document = excluded.document, updated_at = excluded.updated_at
