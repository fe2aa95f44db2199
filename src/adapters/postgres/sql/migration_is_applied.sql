SELECT EXISTS (SELECT FROM schema_migration WHERE number = $1)
