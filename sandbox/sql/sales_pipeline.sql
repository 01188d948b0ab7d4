-- =============================================================================
-- Job Configuration for sales_pipeline
-- =============================================================================
-- Uses the cluster's checkpoint settings and directories. Generated rows stand in for a CDC source, a black hole for the warehouse.

SET 'pipeline.name' = 'sales_pipeline';
SET 'table.exec.source.idle-timeout' = '30s';

CREATE TABLE `sales_Orders` (
  id BIGINT,
  customer INT,
  amount DOUBLE
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '500',
  'fields.customer.min' = '1',
  'fields.customer.max' = '20000'
);

CREATE TABLE `sales_Totals` (
  customer INT,
  cnt BIGINT,
  total DOUBLE
) WITH (
  'connector' = 'blackhole'
);

INSERT INTO `sales_Totals`
SELECT customer, COUNT(*), SUM(amount)
FROM `sales_Orders`
GROUP BY customer;
