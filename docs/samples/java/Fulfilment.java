// Java 17 or later, without a build: java Fulfilment.java …
//
//   FULFILMENT_URL=http://127.0.0.1:8080 FULFILMENT_KEY=fk_test_… java Fulfilment.java order A-10001
//   FULFILMENT_SECRET=whsec_… java Fulfilment.java verify ID TIMESTAMP SIGNATURES < body.json
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class Fulfilment {
    private static final int ATTEMPTS = 5;
    private static final Duration TIMEOUT = Duration.ofMillis(Long.parseLong(System.getenv().getOrDefault("FULFILMENT_TIMEOUT_MS", "30000")));

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;
    private final String key;

    Fulfilment(String url, String key) {
        this.url = url;
        this.key = key;
    }

    // The body is made once and sent as it is each time: one reference, one content, so at most one order, whatever gets lost on the way.
    // In a shop, write reference and body down before the first attempt, so that a restart repeats them too.
    String placeOrder(String body) throws InterruptedException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                HttpResponse<String> answer = http.send(request("/v1/orders").header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
                // 201, 202 and 200 all carry the order; what became of it is in its status, not in the number.
                if (answer.statusCode() < 300) {
                    return answer.body();
                }

                if (!answer.body().contains("\"retryable\":true")) {
                    throw new IllegalStateException(field(answer.body(), "code") + ": " + field(answer.body(), "detail"));
                }

                long seconds = answer.headers().firstValueAsLong("Retry-After").orElse(1);
                System.out.println(field(answer.body(), "code") + ", again in " + seconds + " s");
                Thread.sleep(seconds * 1000);
            } catch (IOException noAnswer) {
                // No answer proves nothing: the order may be stored. Ask again with the same body.
                System.out.println("no answer (" + noAnswer.getClass().getSimpleName() + "), sending the same again");
                Thread.sleep((1L << attempt) * 100);
            }
        }

        throw new IllegalStateException("no luck; send the same body again later");
    }

    String readCodes(String orderId) throws IOException, InterruptedException {
        return http.send(request("/v1/orders/" + orderId + "/codes").build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT).header("Authorization", "Bearer " + key);
    }

    // Standard Webhooks: HMAC-SHA256 over id.timestamp.body. The body is what came, before any parsing.
    // What passes may still be a duplicate: store the webhook-id under a unique key in the transaction that acts on the event.
    static boolean verifyWebhook(String secret, String id, String timestamp, String signatures, byte[] body, Instant now) throws GeneralSecurityException {
        if (id == null || id.isEmpty() || timestamp == null || !timestamp.matches("[0-9]{1,12}") || signatures == null
            || Math.abs(now.getEpochSecond() - Long.parseLong(timestamp)) > 300) {
            return false;
        }

        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
        boolean genuine = false;
        for (String signature : signatures.split(" ")) {
            genuine |= MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
        }

        return genuine;
    }

    // Enough JSON for a sample; a shop has a library.
    private static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 2 && args[0].equals("order")) {
            Fulfilment shop = new Fulfilment(System.getenv("FULFILMENT_URL"), System.getenv("FULFILMENT_KEY"));
            String order = shop.placeOrder(String.format(
                "{\"clientReference\":\"%s\",\"currency\":\"CNY\",\"lines\":[{\"sku\":\"TEST-CARD\",\"quantity\":2,\"recipient\":\"13900000000\"}]}", args[1]));
            String id = field(order, "id");
            System.out.println(id + " " + field(order, "status"));
            Matcher codes = Pattern.compile("\"sku\":\"([^\"]*)\",\"number\":[^,]*,\"secret\":\"([^\"]*)\"").matcher(shop.readCodes(id));
            while (codes.find()) {
                System.out.println(codes.group(1) + " " + codes.group(2));
            }
        } else if (args.length == 4 && args[0].equals("verify")) {
            boolean genuine = verifyWebhook(System.getenv("FULFILMENT_SECRET"), args[1], args[2], args[3], System.in.readAllBytes(), Instant.now());
            System.out.println(genuine ? "genuine" : "refused");
            System.exit(genuine ? 0 : 1);
        } else {
            System.err.println("usage: order REFERENCE | verify ID TIMESTAMP SIGNATURES < body");
            System.exit(2);
        }
    }
}
