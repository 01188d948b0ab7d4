import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.runtime.checkpoint.Checkpoints;

/** {@code java FlinkReader.java <_metadata> <rounds>}: how long Flink's own reader takes from memory, in milliseconds, a round a line. */
public class FlinkReader {
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        byte[] bytes = Files.readAllBytes(file);
        for (int round = 0; round < Integer.parseInt(args[1]); round++) {
            long startedAt = System.nanoTime();
            Checkpoints.loadCheckpointMetadata(
                    new DataInputStream(new ByteArrayInputStream(bytes)), FlinkReader.class.getClassLoader(), file.getParent().toUri().toString());
            System.out.println((System.nanoTime() - startedAt) / 1e6);
        }
    }
}
