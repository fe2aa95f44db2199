INSERT INTO report (id, kind, owner, snapshot, document, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
