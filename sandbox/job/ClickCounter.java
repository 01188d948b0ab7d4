import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Random;

/**
 * Counts made-up clicks by page: a job with keyed state in a jar, from calls that Flink 1.18 to 2.3 share.
 * --pages N, --pause-ms N (before each click), --snapshot-delay-ms N (a checkpoint that takes its time), --name NAME,
 * --block-snapshots-while FILE (a checkpoint waits as long as it exists),
 * --ballast-bytes N (kept with each page, and known by its count: state that was mixed up ends the job), --conf KEY=VALUE (any number).
 */
public class ClickCounter {

    public static void main(String[] args) throws Exception {
        long pages = number(args, "--pages", 1000);
        long pauseMs = number(args, "--pause-ms", 2);
        long snapshotDelayMs = number(args, "--snapshot-delay-ms", 0);
        String obstacle = text(args, "--block-snapshots-while", "");
        int ballastBytes = (int) number(args, "--ballast-bytes", 0);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings(args));
        env.fromSequence(0, Long.MAX_VALUE / 2)
                // Held back in the source's chain: further down, barriers would wait behind full buffers.
                .map(click -> pause(click, pauseMs)).returns(Types.LONG).uid("clicks").name("clicks")
                .keyBy(click -> click % pages, Types.LONG)
                .map(new Count(snapshotDelayMs, ballastBytes, obstacle)).uid("count").name("count")
                .filter(count -> count < 0).uid("none").name("none")
                .print().uid("sink").name("sink");
        env.execute(text(args, "--name", "click_counter"));
    }

    private static long pause(long click, long pauseMs) throws InterruptedException {
        Thread.sleep(pauseMs);
        return click;
    }

    private static Configuration settings(String[] args) {
        Configuration settings = new Configuration();
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals("--conf")) {
                String[] setting = args[i + 1].split("=", 2);
                settings.setString(setting[0], setting[1]);
            }
        }
        return settings;
    }

    private static long number(String[] args, String flag, long otherwise) {
        return Long.parseLong(text(args, flag, Long.toString(otherwise)));
    }

    private static String text(String[] args, String flag, String otherwise) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals(flag)) {
                return args[i + 1];
            }
        }
        return otherwise;
    }

    static class Count extends RichMapFunction<Long, Long> implements CheckpointedFunction {
        private final long snapshotDelayMs;
        private final int ballastBytes;
        private final String obstacle;
        private transient ValueState<Long> seen;
        private transient ValueState<byte[]> ballast;

        Count(long snapshotDelayMs, int ballastBytes, String obstacle) {
            this.snapshotDelayMs = snapshotDelayMs;
            this.ballastBytes = ballastBytes;
            this.obstacle = obstacle;
        }

        @Override
        public Long map(Long click) throws Exception {
            Long before = seen.value();
            long now = before == null ? 1 : before + 1;
            if (ballastBytes > 0) {
                reload(before, now);
            }
            seen.update(now);
            return now;
        }

        private void reload(Long before, long now) throws Exception {
            byte[] expected = before == null ? null : ballastOf(before);
            if (!Arrays.equals(ballast.value(), expected)) {
                throw new IllegalStateException("MIXED UP STATE: the ballast does not belong to count " + before);
            }
            ballast.update(ballastOf(now));
        }

        private byte[] ballastOf(long count) {
            byte[] bytes = new byte[ballastBytes];
            new Random(count).nextBytes(bytes);
            return bytes;
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            Thread.sleep(snapshotDelayMs);
            while (!obstacle.isEmpty() && Files.exists(Paths.get(obstacle))) {
                Thread.sleep(50);
            }
        }

        // `open` would be the natural place, but its signature changed between 1.18 and 2.0.
        @Override
        public void initializeState(FunctionInitializationContext context) {
            seen = context.getKeyedStateStore().getState(new ValueStateDescriptor<>("seen", Types.LONG));
            if (ballastBytes > 0) {
                ballast = context.getKeyedStateStore().getState(
                        new ValueStateDescriptor<>("ballast", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
            }
        }
    }
}
