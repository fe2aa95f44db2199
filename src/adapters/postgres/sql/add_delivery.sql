INSERT INTO webhook_delivery (id, webhook_id, event, job_id, job_kind, code, occurred_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (webhook_id, job_id) DO NOTHING
RETURNING id
