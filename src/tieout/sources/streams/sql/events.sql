-- New events one by one, where amounts or durations are wanted, which cannot be added up.
SELECT {minute} AS {time}, {columns}, 1 AS count{values}
FROM {table} WHERE {key} > {after} AND {key} <= {until}
ORDER BY {key}
