import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A client of Kafka that is told what to do line by line, and answers each line with one: {@code = ok ...} or
 * {@code = error EXCEPTION text}. Its only argument is a file of client properties, TLS included.
 */
public final class Probe {
    private final Properties client = new Properties();
    private final Admin admin;
    private Flood flood;

    private Probe(String file) throws Exception {
        try (FileReader reader = new FileReader(file)) {
            client.load(reader);
        }
        admin = Admin.create(with(Map.of("default.api.timeout.ms", "20000", "request.timeout.ms", "5000")));
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Probe probe = new Probe(arguments[0]);
        answers.println("= ok");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println("= " + probe.answer(line.split(" ")));
        }
        System.exit(0);
    }

    private String answer(String[] words) {
        try {
            return ("ok " + run(words)).trim();
        } catch (Exception error) {
            Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
            return "error " + cause.getClass().getSimpleName() + " " + String.valueOf(cause.getMessage()).replace('\n', ' ');
        }
    }

    private String run(String[] words) throws Exception {
        switch (words[0]) {
            case "brokers": return brokers();
            case "create": return create(words[1]);
            case "describe": return describe(words[1]);
            case "below": return below(Integer.parseInt(words[1]));
            case "setting": return setting(words[1], words[2]);
            case "send": return send(words[1], words[2], words[3]);
            case "transact": return transact(words[1], words[2]);
            case "dial": return dial(words[1], Integer.parseInt(words[2]), words[3]);
            case "consume": return consume(words[1], words[2]);
            case "flood": flood = new Flood(words[1]); flood.start(); return "";
            case "flooded": return flood.numbers();
            case "stop": return flood.finish();
            case "missing": return missing();
            default: throw new IllegalArgumentException("unknown command " + words[0]);
        }
    }

    /** Ids of the brokers that the cluster knows. */
    private String brokers() throws Exception {
        Set<Integer> ids = new TreeSet<>();
        for (Node node : admin.describeCluster().nodes().get()) ids.add(node.id());
        return joined(ids);
    }

    /** A topic for which the brokers choose both partitions and copies. */
    private String create(String topic) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty()))).all().get();
        return describe(topic);
    }

    /** {@code PARTITION:LEADER:REPLICAS:ISR} for each partition, with ids joined by commas. */
    private String describe(String topic) throws Exception {
        TopicDescription description =
            heard(() -> admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        return description.partitions().stream()
            .map(partition -> partition.partition() + ":" + idOf(partition.leader()) + ":"
                + idsOf(partition.replicas()) + ":" + idsOf(partition.isr()))
            .collect(Collectors.joining(" "));
    }

    /** Waits for the broker that is asked to hear of a topic made a moment ago. */
    private static <T> T heard(Callable<T> question) throws Exception {
        for (int attempt = 0; ; attempt += 1) {
            try {
                return question.call();
            } catch (ExecutionException error) {
                if (attempt == 20 || !(error.getCause() instanceof UnknownTopicOrPartitionException)) throw error;
                Thread.sleep(100);
            }
        }
    }

    /** How many partitions, of all topics, have fewer copies in sync than wanted; then how many there are. */
    private String below(int copies) throws Exception {
        Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
        List<Integer> inSync = new ArrayList<>();
        for (TopicDescription description : admin.describeTopics(topics).allTopicNames().get().values()) {
            description.partitions().forEach(partition -> inSync.add(partition.isr().size()));
        }
        return inSync.stream().filter(count -> count < copies).count() + " " + inSync.size();
    }

    private String setting(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return heard(() -> admin.describeConfigs(List.of(resource)).all().get().get(resource).get(name).value());
    }

    /** One record, tried once, that all copies in sync have to take within the given milliseconds. */
    private String send(String topic, String value, String milliseconds) throws Exception {
        Map<String, String> once = Map.of(
            "acks", "all", "retries", "0", "linger.ms", "0", "enable.idempotence", "false", "max.block.ms", milliseconds,
            "request.timeout.ms", milliseconds, "delivery.timeout.ms", milliseconds);
        try (KafkaProducer<String, String> producer = producer(once)) {
            producer.send(new ProducerRecord<>(topic, value)).get(60, TimeUnit.SECONDS);
        }
        return "";
    }

    private String transact(String topic, String value) throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "probe"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, value));
            producer.commitTransaction();
        }
        return "";
    }

    /** Reads as a member of a group until records come, commits, and tells how many there were. */
    private String consume(String group, String topic) {
        Map<String, String> member = Map.of("group.id", group, "auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer = consumer(member)) {
            consumer.subscribe(List.of(topic));
            int count = 0;
            for (int attempt = 0; attempt < 30 && count == 0; attempt += 1) {
                count = consumer.poll(Duration.ofSeconds(1)).count();
            }
            consumer.commitSync(Duration.ofSeconds(30));
            return String.valueOf(count);
        }
    }

    /** A TLS handshake that trusts the certificates of the file alone and checks the name that is dialled. */
    private static String dial(String host, int port, String authority) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream file = new FileInputStream(authority)) {
            trusted.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(host, port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getSession().getProtocol();
        }
    }

    /** How many of the flood's acknowledged records no longer stand in its topic. */
    private String missing() {
        BitSet acknowledged = flood.acknowledged();
        int count = acknowledged.cardinality();
        try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
            List<TopicPartition> partitions = consumer.partitionsFor(flood.topic).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .collect(Collectors.toList());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    acknowledged.clear(Integer.parseInt(record.value()));
                }
            }
        }
        return acknowledged.cardinality() + " " + count;
    }

    private KafkaProducer<String, String> producer(Map<String, String> more) {
        return new KafkaProducer<>(with(more), new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Map<String, String> more) {
        return new KafkaConsumer<>(with(more), new StringDeserializer(), new StringDeserializer());
    }

    private Properties with(Map<String, String> more) {
        Properties properties = new Properties();
        properties.putAll(client);
        properties.putAll(more);
        return properties;
    }

    private static String idOf(Node node) {
        return node == null ? "none" : String.valueOf(node.id());
    }

    private static String idsOf(List<Node> nodes) {
        return joined(nodes.stream().map(Node::id).sorted().collect(Collectors.toList()));
    }

    private static String joined(Iterable<Integer> ids) {
        List<String> texts = new ArrayList<>();
        ids.forEach(id -> texts.add(String.valueOf(id)));
        return String.join(",", texts);
    }

    /** Writes numbers one after the other, each to be taken by all copies in sync, and remembers which were. */
    private final class Flood extends Thread {
        private final String topic;
        private final BitSet acknowledged = new BitSet();
        private int failed;
        private long lastAcknowledged = System.nanoTime();
        private long longestPause;
        private volatile boolean stopping;

        Flood(String topic) {
            this.topic = topic;
            setDaemon(true);
        }

        @Override
        public void run() {
            Map<String, String> patient = Map.of(
                "acks", "all", "delivery.timeout.ms", "240000", "max.block.ms", "240000", "request.timeout.ms", "5000",
                "metadata.max.age.ms", "5000", "linger.ms", "0");
            try (KafkaProducer<String, String> producer = producer(patient)) {
                for (int number = 0; !stopping; number += 1) {
                    int sent = number;
                    producer.send(new ProducerRecord<>(topic, String.valueOf(sent)), (data, error) -> settle(sent, error));
                    Thread.sleep(5);
                }
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
        }

        private synchronized void settle(int number, Exception error) {
            if (error != null) {
                failed += 1;
                System.err.println("record " + number + " failed: " + error);
                return;
            }
            long now = System.nanoTime();
            longestPause = Math.max(longestPause, now - lastAcknowledged);
            lastAcknowledged = now;
            acknowledged.set(number);
        }

        synchronized BitSet acknowledged() {
            return (BitSet) acknowledged.clone();
        }

        /** Acknowledged, failed, and the longest time between two acknowledgements in milliseconds. */
        synchronized String numbers() {
            return acknowledged.cardinality() + " " + failed + " " + TimeUnit.NANOSECONDS.toMillis(longestPause);
        }

        String finish() throws InterruptedException {
            stopping = true;
            join();
            return numbers();
        }
    }
}
