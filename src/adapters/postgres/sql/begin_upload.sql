-- One caller's uploads cannot fill the disk: so many wait at once, finished or not.
INSERT INTO upload (id, owner)
SELECT $1, $2
WHERE (SELECT count(*) FROM upload WHERE owner = $2) < $3
RETURNING id
