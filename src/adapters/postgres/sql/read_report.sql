SELECT report.document, report.snapshot
FROM set_config('application_name', $3, true)
LEFT JOIN report ON report.id = $1 AND report.owner = $2
