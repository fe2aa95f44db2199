INSERT INTO webhook (id, owner, url, events, job_kinds, secret, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
