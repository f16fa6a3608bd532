-- New events, counted by minute, status and dimensions where they lie.
SELECT {minute} AS {time}, {columns}, count(*) AS count
FROM {table} WHERE {key} > {after} AND {key} <= {until}
GROUP BY {minute}, {columns}
ORDER BY {minute}, {columns}
