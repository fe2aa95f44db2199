-- A digest of every ingredient in its version: it changes when, and only when, one of them does.
INSERT INTO catalogue (version)
SELECT 'sha256:' || encode(
    sha256(convert_to(coalesce(string_agg(version || ':' || definition, E'\n' ORDER BY name COLLATE "C"), ''), 'UTF8')),
    'hex'
)
FROM ingredient
ON CONFLICT (only_row) DO UPDATE SET version = excluded.version
