SELECT
    webhook.*,
    webhook_delivery.id AS delivery_id,
    webhook_delivery.event,
    webhook_delivery.job_id,
    webhook_delivery.job_kind,
    webhook_delivery.code,
    webhook_delivery.occurred_at,
    webhook_delivery.created_at AS delivery_created_at
FROM webhook_delivery
JOIN webhook ON webhook.id = webhook_delivery.webhook_id
WHERE webhook_delivery.id = $1
