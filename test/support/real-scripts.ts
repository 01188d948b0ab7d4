/**
 * Scripts as they are in the wild, each of them valid for a real Flink; what only has to be split is explained, not run. What Flink makes of them is recorded in
 * `recorded/flink-splits.json`, by `scripts/record-flink-splits.ts`.
 */
export interface RealScript {
  name: string
  script: string
}

const SOURCE = "CREATE TABLE src (id BIGINT, note STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '1');"
const SINK = "CREATE TABLE snk (id BIGINT, note STRING) WITH ('connector' = 'blackhole');"
const TABLES = `${SOURCE}\n${SINK}\n`

const GENERATED = `-- =============================================================================
-- Job Configuration for sales_pipeline
-- =============================================================================
--
-- NOTE: Your cluster already has checkpoint configuration
-- The settings below are OPTIONAL job-specific overrides.
--
-- =============================================================================

-- OPTIONAL: Job-specific storage paths (commented out by default)
-- SET 'state.checkpoints.dir' = 'wasbs://...checkpoints/sales_pipeline';
-- SET 'state.savepoints.dir' = 'wasbs://...savepoints/sales_pipeline';

-- CDC source configuration (recommended for all CDC jobs)
SET 'table.exec.source.idle-timeout' = '30s';

-- Table definitions follow...
CREATE TABLE \`sales_Orders\` (
  id BIGINT, -- the key; of the order
  amount DOUBLE
) WITH (
  'connector' = 'datagen',
  'number-of-rows' = '1'
);

CREATE TABLE \`sales_Totals\` (id BIGINT, total DOUBLE) WITH ('connector' = 'blackhole');

INSERT INTO \`sales_Totals\`
SELECT id, SUM(amount) FROM \`sales_Orders\` GROUP BY id;
`

export const REAL_SCRIPTS: RealScript[] = [
  { name: "the guide's generated script", script: GENERATED },
  { name: 'CRLF', script: GENERATED.replaceAll('\n', '\r\n') },
  { name: 'no last semicolon, a comment behind the last statement', script: `${TABLES}EXPLAIN SELECT 1 -- the end; really\n` },
  {
    name: 'semicolons in strings',
    script: "SET 'pipeline.name' = 'x;''y;';\nEXPLAIN SELECT 'a;b', 'it''s; -- no comment', '/* none; */';\n",
  },
  { name: 'semicolons in backticks', script: "CREATE TABLE `a;``b` (`c;d` INT) WITH ('connector' = 'blackhole');\nSHOW TABLES;\n" },
  {
    name: 'semicolons and quotes in comments',
    script:
      "-- it's; a \"head\"\nSET 'pipeline.name' = 'x'; -- tail; it's\n/* it's;\n two `lines`; */\nEXPLAIN SELECT 1 /* in; \"side\" */ + 1;\n",
  },
  {
    name: 'a semicolon at the end of a line, in a comment and in a string',
    script: "EXPLAIN SELECT 1 -- one;\n  + 1, 'two;\n lines' /* three;\n */;\nEXPLAIN SELECT 4;\n",
  },
  { name: 'a hint', script: `${TABLES}EXPLAIN SELECT * FROM src /*+ OPTIONS('number-of-rows' = '2') */;\n` },
  {
    name: 'EXECUTE STATEMENT SET',
    script: `${TABLES}EXECUTE STATEMENT SET
BEGIN
  INSERT INTO snk SELECT CASE id WHEN 1 THEN 2 ELSE 3 END, note FROM src; -- one;
  INSERT INTO snk SELECT id, 'END;' FROM src;
END;
SHOW TABLES;
`,
  },
  {
    name: 'BEGIN STATEMENT SET',
    script: `${TABLES}BEGIN STATEMENT SET;\nINSERT INTO snk SELECT * FROM src;\nINSERT INTO snk SELECT id, 'b' FROM src;\nEND;\n`,
  },
  {
    name: 'EXPLAIN of a statement and of a set',
    script: `${TABLES}EXPLAIN INSERT INTO snk SELECT * FROM src;
EXPLAIN STATEMENT SET BEGIN
  INSERT INTO snk SELECT * FROM src;
  INSERT INTO snk SELECT id, 'b' FROM src;
END;
SHOW TABLES;
`,
  },
  { name: 'ADD JAR', script: "ADD JAR '{JAR}';\nSHOW JARS;\n" },
  {
    name: 'SET and RESET',
    script: "set pipeline.name = sales;\nSET;\nRESET 'pipeline.name';\nRESET;\nSET 'execution.checkpointing.interval'='10 s';\n",
  },
  {
    name: 'a URI in a setting, job by job',
    script: "SET 'state.checkpoints.dir' = 'wasbs://c@a.blob.core.windows.net/cp/sales';\nSET 'state.savepoints.dir' = 'file:///tmp/sp';\n",
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script, left alone
  { name: 'a variable that nobody substitutes', script: "SET 'pipeline.name' = '${ENV}_sales';\nEXPLAIN SELECT '${A;B}';\n" },
  { name: 'words of other alphabets', script: "EXPLAIN SELECT 'größe; 数'; -- ü;\nEXPLAIN SELECT U&'\\00e9;' ;\n" },
  {
    name: 'CREATE VIEW with CASE',
    script: `${TABLES}CREATE VIEW v AS SELECT CASE WHEN id > 1 THEN 'a;' ELSE 'b' END AS k FROM src;\nSHOW VIEWS;\n`,
  },
  { name: 'CREATE TABLE AS', script: `${TABLES}CREATE TABLE made WITH ('connector' = 'blackhole') AS SELECT id FROM src;\n` },
  { name: 'empty statements', script: 'SHOW TABLES;\n;\n;;\nSHOW VIEWS;\n' },
  { name: 'two statements on one line', script: 'SHOW TABLES; SHOW VIEWS;\n' },
  { name: 'a statement that begins on the line where another ends', script: 'SHOW TABLES; SHOW\nVIEWS;\n' },
  { name: 'a comment of // that holds a semicolon', script: 'EXPLAIN SELECT 1 // one; or two\n + 1;\nSHOW VIEWS;\n' },
  { name: 'commands of the client', script: 'SHOW TABLES;\nHELP;\nCLEAR;\nQUIT;\nSHOW VIEWS;\n' },
  { name: 'a BOM', script: '\uFEFFSHOW TABLES;\nSHOW VIEWS;\n' },
]
