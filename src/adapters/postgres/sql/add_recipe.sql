INSERT INTO recipe (id, owner, version, status, category, tags, document, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
