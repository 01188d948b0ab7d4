import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.gateway.api.endpoint.EndpointVersion;
import org.apache.flink.table.gateway.api.session.SessionEnvironment;
import org.apache.flink.table.gateway.api.session.SessionHandle;
import org.apache.flink.table.gateway.service.application.Printer;
import org.apache.flink.table.gateway.service.application.ScriptExecutor;
import org.apache.flink.table.gateway.service.context.DefaultContext;
import org.apache.flink.table.gateway.service.context.SessionContext;
import org.apache.flink.table.gateway.service.result.ResultFetcher;

/** Runs scripts as Flink 2 runs them in application mode and tells, a JSON line a script, which statements it made of each. */
public class FlinkSplits {
    private enum Version implements EndpointVersion {
        ANY
    }

    public static void main(String[] files) throws Exception {
        for (String file : files) {
            System.out.println("SPLIT " + new ObjectMapper().writeValueAsString(split(Files.readString(Path.of(file)))));
        }
        System.exit(0);
    }

    private static ObjectNode split(String script) {
        ObjectNode told = new ObjectMapper().createObjectNode();
        ArrayNode statements = told.putArray("statements");
        told.putNull("error");
        Printer listening =
                new Printer() {
                    @Override
                    public void print(String statement) {
                        statements.add(statement);
                    }

                    @Override
                    public void print(ResultFetcher result) {}

                    @Override
                    public void print(Throwable failure) {}
                };
        try {
            new ScriptExecutor(newSession(), listening).execute(script);
        } catch (Throwable failure) {
            told.put("error", innermost(failure));
        }
        return told;
    }

    private static SessionContext newSession() {
        return SessionContext.create(
                DefaultContext.load(new Configuration(), Collections.emptyList(), true),
                new SessionHandle(UUID.randomUUID()),
                SessionEnvironment.newBuilder().setSessionEndpointVersion(Version.ANY).build(),
                Executors.newCachedThreadPool());
    }

    private static String innermost(Throwable failure) {
        while (failure.getCause() != null) failure = failure.getCause();
        return failure.getClass().getSimpleName() + ": " + String.valueOf(failure.getMessage()).split("\n")[0];
    }
}
