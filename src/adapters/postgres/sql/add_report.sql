INSERT INTO report (id, kind, owner, snapshot, document, created_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7)
