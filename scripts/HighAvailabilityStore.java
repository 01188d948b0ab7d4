import java.lang.reflect.Constructor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.CheckpointProperties;
import org.apache.flink.runtime.checkpoint.CheckpointRetentionPolicy;
import org.apache.flink.runtime.checkpoint.CompletedCheckpoint;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.persistence.filesystem.FileSystemStateStorageHelper;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.filesystem.FsCompletedCheckpointStorageLocation;

/**
 * Writes what a JobManager with high availability puts into `high-availability.storageDir` when a checkpoint is completed, with Flink's own
 * classes: a file `completedCheckpoint<random>`. Arguments: the directory to write into, the URI of the checkpoint's directory, and the job id
 * (32 hex). Its state is made up: a file of its own and a shared one. Made so: test/support/recorded/high-availability, by 2.3.0 and 1.20.1.
 */
public class HighAvailabilityStore {
    public static void main(String[] args) throws Exception {
        Path directory = new Path(args[1]);
        CompletedCheckpoint checkpoint =
                new CompletedCheckpoint(
                        JobID.fromHexString(args[2]),
                        Long.parseLong(directory.getName().substring("chk-".length())),
                        1_700_000_000_000L,
                        1_700_000_000_500L,
                        statesOf(directory),
                        List.of(),
                        CheckpointProperties.forCheckpoint(CheckpointRetentionPolicy.RETAIN_ON_CANCELLATION),
                        new FsCompletedCheckpointStorageLocation(
                                FileSystem.getLocalFileSystem(), directory, fileAt(directory, "_metadata"), directory.toString()),
                        null);
        new FileSystemStateStorageHelper<CompletedCheckpoint>(new Path("file://" + args[0]), "completedCheckpoint").store(checkpoint);
        System.exit(0);
    }

    private static Map<OperatorID, OperatorState> statesOf(Path directory) throws Exception {
        Map<OperatorID, OperatorState> states = new HashMap<>();
        Path[] files = {directory, new Path(directory.getParent(), "shared")};
        for (int at = 0; at < files.length; at++) {
            OperatorID operator = new OperatorID(1, at);
            OperatorState state = stateOf(operator);
            FileStateHandle file = fileAt(files[at], "0000000" + at + "-0000-4000-8000-000000000000");
            KeyGroupsStateHandle handle = new KeyGroupsStateHandle(new KeyGroupRangeOffsets(new KeyGroupRange(0, 127)), file);
            state.putState(0, OperatorSubtaskState.builder().setManagedKeyedState(handle).build());
            states.put(operator, state);
        }
        return states;
    }

    /** With names in front since Flink 2. */
    private static OperatorState stateOf(OperatorID operator) throws Exception {
        Constructor<?> constructor = OperatorState.class.getConstructors()[0];
        boolean isNamed = constructor.getParameterCount() == 5;
        return (OperatorState) (isNamed ? constructor.newInstance(null, null, operator, 1, 128) : constructor.newInstance(operator, 1, 128));
    }

    private static FileStateHandle fileAt(Path directory, String name) {
        return new FileStateHandle(new Path(directory, name), 64);
    }
}
