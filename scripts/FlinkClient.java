import org.apache.flink.table.client.SqlClient;

/** Runs script after script as `sql-client.sh gateway -e <url> -f <script>` does, each in a session of its own. */
public class FlinkClient {
    public static void main(String[] args) {
        for (int at = 1; at < args.length; at++) {
            try {
                SqlClient.main(new String[] {"gateway", "-e", args[0], "-f", args[at]});
            } catch (Throwable failure) {
                System.err.println(args[at] + ": " + failure);
            }
        }
        System.exit(0);
    }
}
