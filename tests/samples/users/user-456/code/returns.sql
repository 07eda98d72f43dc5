-- Returns per month, as a share of all orders.
SELECT month, COUNT(*) FILTER (WHERE returned) * 1.0 / COUNT(*) AS share
FROM orders
GROUP BY month
ORDER BY month;
