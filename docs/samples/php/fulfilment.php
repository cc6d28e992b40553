<?php
// PHP 8.1 or later, without extensions beside the built-in ones.
//
//   FULFILMENT_URL=http://127.0.0.1:8080 FULFILMENT_KEY=fk_test_… php fulfilment.php order A-10001
//   FULFILMENT_SECRET=whsec_… php fulfilment.php verify ID TIMESTAMP SIGNATURES < body.json
declare(strict_types=1);

const ATTEMPTS = 5;

/** Sends one request. Null: no answer came, and what became of the request is not known. */
function call(string $method, string $url, string $key, ?string $body = null): ?array
{
    $timeout = (float) (getenv('FULFILMENT_TIMEOUT_MS') ?: 30000) / 1000;
    $context = stream_context_create(['http' => [
        'method' => $method,
        'header' => "Authorization: Bearer $key\r\nContent-Type: application/json\r\nConnection: close",
        'content' => $body ?? '',
        'timeout' => $timeout,
        'ignore_errors' => true,
        'follow_location' => 0,
    ]]);
    $http_response_header = [];
    $text = @file_get_contents($url, false, $context);
    $json = $text === false ? null : json_decode($text, true);
    if (!is_array($json) || !preg_match('/^HTTP\S* (\d{3})/', $http_response_header[0] ?? '', $match)) {
        return null;
    }

    $retryAfter = preg_match('/^Retry-After: (\d+)/mi', implode("\n", $http_response_header), $after) ? (int) $after[1] : 1;
    return ['status' => (int) $match[1], 'json' => $json, 'retryAfter' => $retryAfter];
}

/**
 * The body is made once and sent as it is each time: one reference, one content, so at most one order, whatever gets lost on the way.
 * In a shop, write reference and body down before the first attempt, so that a restart repeats them too.
 */
function placeOrder(string $url, string $key, string $body): array
{
    for ($attempt = 1; $attempt <= ATTEMPTS; $attempt++) {
        $answer = call('POST', "$url/v1/orders", $key, $body);
        if ($answer === null) {
            // No answer proves nothing: the order may be stored. Ask again with the same body.
            echo "no answer, sending the same again\n";
            usleep(2 ** $attempt * 100_000);
            continue;
        }

        // 201, 202 and 200 all carry the order; what became of it is in its status, not in the number.
        if ($answer['status'] < 300) {
            return $answer['json'];
        }

        if (empty($answer['json']['retryable'])) {
            throw new RuntimeException($answer['json']['code'] . ': ' . $answer['json']['detail']);
        }

        echo "{$answer['json']['code']}, again in {$answer['retryAfter']} s\n";
        sleep($answer['retryAfter']);
    }

    throw new RuntimeException('no luck; send the same body again later');
}

/**
 * Standard Webhooks: HMAC-SHA256 over id.timestamp.body. $body is what came, before any parsing: file_get_contents('php://input').
 * What passes may still be a duplicate: store the webhook-id under a unique key in the transaction that acts on the event.
 */
function verifyWebhook(string $secret, ?string $id, ?string $timestamp, ?string $signatures, string $body, ?int $now = null): bool
{
    if (!$id || !$signatures || !preg_match('/^\d{1,12}$/D', $timestamp ?? '') || abs(($now ?? time()) - (int) $timestamp) > 300) {
        return false;
    }

    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    if ($key === false) {
        return false;
    }

    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    $genuine = false;
    foreach (explode(' ', $signatures) as $signature) {
        $genuine = hash_equals($expected, $signature) || $genuine;
    }

    return $genuine;
}

if (realpath($_SERVER['SCRIPT_FILENAME'] ?? '') !== __FILE__ || PHP_SAPI !== 'cli') {
    return;
}

[$command, $args] = [$argv[1] ?? '', array_slice($argv, 2)];
if ($command === 'order') {
    [$url, $key] = [getenv('FULFILMENT_URL'), getenv('FULFILMENT_KEY')];
    $order = placeOrder($url, $key, json_encode([
        'clientReference' => $args[0],
        'currency' => 'CNY',
        'lines' => [['sku' => 'TEST-CARD', 'quantity' => 2, 'recipient' => '13900000000']],
    ]));
    echo "{$order['id']} {$order['status']}\n";
    $codes = call('GET', "$url/v1/orders/{$order['id']}/codes", $key) ?? throw new RuntimeException('no answer');
    foreach ($codes['json']['data'] as $code) {
        echo "{$code['sku']} {$code['secret']}\n";
    }
} elseif ($command === 'verify') {
    $genuine = verifyWebhook(getenv('FULFILMENT_SECRET') ?: '', $args[0] ?? null, $args[1] ?? null, $args[2] ?? null, stream_get_contents(STDIN));
    echo $genuine ? "genuine\n" : "refused\n";
    exit($genuine ? 0 : 1);
} else {
    fwrite(STDERR, "usage: order REFERENCE | verify ID TIMESTAMP SIGNATURES < body\n");
    exit(2);
}
