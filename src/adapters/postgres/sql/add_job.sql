INSERT INTO job (id, kind, command, owner, scopes, roles, request_id, traceparent, max_attempts, created_at, deadline_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
