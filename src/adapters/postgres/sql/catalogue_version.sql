SELECT version
FROM catalogue
