-- Whoever adds or revises an ingredient answers for it; without an owner it is of the table that came with Kondate. The table,
-- a few hundred rows, is rewritten and locked meanwhile: milliseconds.
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '30s';

ALTER TABLE ingredient
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN owner text,
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    ADD CONSTRAINT ingredient_has_one_id UNIQUE (id);
