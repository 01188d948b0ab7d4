import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Counts made-up clicks by page: a job with keyed state in a jar, from calls that Flink 1.18 to 2.3 share.
 * --pages N, --pause-ms N (before each click), --snapshot-delay-ms N (a checkpoint that takes its time), --name NAME.
 */
public class ClickCounter {

    public static void main(String[] args) throws Exception {
        long pages = number(args, "--pages", 1000);
        long pauseMs = number(args, "--pause-ms", 2);
        long snapshotDelayMs = number(args, "--snapshot-delay-ms", 0);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(0, Long.MAX_VALUE / 2)
                // Held back in the source's chain: further down, barriers would wait behind full buffers.
                .map(click -> pause(click, pauseMs)).returns(Types.LONG).uid("clicks").name("clicks")
                .keyBy(click -> click % pages, Types.LONG)
                .map(new Count(snapshotDelayMs)).uid("count").name("count")
                .filter(count -> count < 0).uid("none").name("none")
                .print().uid("sink").name("sink");
        env.execute(text(args, "--name", "click_counter"));
    }

    private static long pause(long click, long pauseMs) throws InterruptedException {
        Thread.sleep(pauseMs);
        return click;
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
        private transient ValueState<Long> seen;

        Count(long snapshotDelayMs) {
            this.snapshotDelayMs = snapshotDelayMs;
        }

        @Override
        public Long map(Long click) throws Exception {
            Long before = seen.value();
            long now = before == null ? 1 : before + 1;
            seen.update(now);
            return now;
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            Thread.sleep(snapshotDelayMs);
        }

        // `open` would be the natural place, but its signature changed between 1.18 and 2.0.
        @Override
        public void initializeState(FunctionInitializationContext context) {
            seen = context.getKeyedStateStore().getState(new ValueStateDescriptor<>("seen", Types.LONG));
        }
    }
}
