SELECT id
FROM recipe
WHERE status = 'published'
ORDER BY created_at DESC, id DESC
LIMIT 1
