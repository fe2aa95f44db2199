SELECT first_line, body
FROM upload_part
WHERE upload_id = $1 AND number = $2
