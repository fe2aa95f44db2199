INSERT INTO upload_part (upload_id, number, first_line, body)
VALUES ($1, $2, $3, $4)
