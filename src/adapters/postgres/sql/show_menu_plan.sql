SELECT menu_plan.document, menu_plan.version
FROM set_config('application_name', $4, true)
LEFT JOIN menu_plan ON menu_plan.id = $1 AND (menu_plan.owner = $2 OR $3)
