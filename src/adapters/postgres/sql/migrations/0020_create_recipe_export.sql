-- Finished exports: their lines in parts. New tables: no lock on anything in use.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

CREATE TABLE recipe_export (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    recipes integer NOT NULL,
    parts integer NOT NULL,
    digest text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE recipe_export_part (
    -- Parts come before their export, in the same transaction.
    export_id uuid NOT NULL REFERENCES recipe_export (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    number integer NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (export_id, number)
);
