INSERT INTO audit (actor, action, target, detail, request_id)
VALUES ($1, $2, $3, $4, $5)
