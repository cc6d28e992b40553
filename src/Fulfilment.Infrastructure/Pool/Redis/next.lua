-- ARGV: SKU, token. What the holder of the lease reads next: epoch, first day, cursor, limit; nothing ends the refill, and the lease with it.
local window, state, taken, lease = keysOf(ARGV[6])
if redis.call('GET', lease) ~= ARGV[7] then
  return {}
end
local known = redis.call('HMGET', state, 'epoch', 'first', 'cursor')
if not known[1] or not wants(window, state) then
  redis.call('DEL', lease)
  return {}
end
redis.call('PEXPIRE', lease, leaseMs)
local count = redis.call('LLEN', window)
if count == 0 then
  -- All of these are committed, so this read does not bring them.
  redis.call('DEL', taken)
end
return { known[1], known[2], known[3], size - count }
