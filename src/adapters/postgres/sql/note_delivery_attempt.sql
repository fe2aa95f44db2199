-- Of a delivery that went with its webhook, nothing is noted.
INSERT INTO webhook_attempt (delivery_id, attempt, outcome, status_code, seconds, at)
SELECT $1, $2, $3, $4, $5, $6
WHERE EXISTS (SELECT FROM webhook_delivery WHERE id = $1)
