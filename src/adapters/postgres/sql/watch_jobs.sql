-- Show what is new, and tell which are wished cancelled; a wait for a locked row would hold up the others' progress.
WITH running AS (
    SELECT id, attempt, done, total
    FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[]) AS running (id, attempt, done, total)
), mine AS (
    SELECT job.id, job.cancel_requested, running.done, running.total,
        running.done IS NOT NULL
            AND (job.progress_done, job.progress_total) IS DISTINCT FROM (running.done, running.total) AS is_news
    FROM job
    JOIN running ON job.id = running.id AND job.attempt = running.attempt AND job.status = 'running'
    FOR NO KEY UPDATE OF job SKIP LOCKED
), shown AS (
    UPDATE job
    SET progress_done = mine.done, progress_total = mine.total
    FROM mine
    WHERE job.id = mine.id AND mine.is_news
)
SELECT id, cancel_requested, is_news
FROM mine
WHERE cancel_requested OR is_news
