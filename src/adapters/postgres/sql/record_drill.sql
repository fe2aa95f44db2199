INSERT INTO drill_effect (drill_id, attempt, request_id)
VALUES ($1, $2, $3)
