-- New events, counted by minute, status and dimensions where they lie.
SELECT {minute} AS {time}, {columns}, {counted} AS count
FROM {table} WHERE {key} > {after} AND {key} <= {until}
GROUP BY {minute}, {columns}
ORDER BY {minute}, {columns}
