-- =============================================================================
-- Job Configuration for orders_enrich
-- =============================================================================
-- Organised by job name: its own directories below the cluster's.

SET 'pipeline.name' = 'orders_enrich';
SET 'state.checkpoints.dir' = 'wasbs://flink@coolr0flink0starrocks.blob.core.windows.net/checkpoints/orders_enrich';
SET 'state.savepoints.dir' = 'wasbs://flink@coolr0flink0starrocks.blob.core.windows.net/savepoints/orders_enrich';

CREATE TABLE `orders` (
  id BIGINT,
  product INT,
  quantity INT
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '300',
  'fields.product.min' = '1',
  'fields.product.max' = '5000',
  'fields.quantity.min' = '1',
  'fields.quantity.max' = '9'
);

CREATE TABLE `enriched` (
  product INT,
  orders BIGINT,
  pieces BIGINT,
  note STRING
) WITH (
  'connector' = 'blackhole'
);

INSERT INTO `enriched`
SELECT product, COUNT(*), SUM(quantity), 'seen; counted'
FROM `orders`
GROUP BY product;
