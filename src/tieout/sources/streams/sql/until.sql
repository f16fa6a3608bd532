-- How far to read: the key of the last of so many new rows, and of none that are too young.
SELECT max(key) FROM (
    SELECT {key} AS key FROM {table} WHERE {key} > {after}{settled} ORDER BY {key} LIMIT {rows}
) AS following
