-- ARGV: SKU, token, whether a read failed: whoever comes next then waits a little.
local window, state, taken, lease = keysOf(ARGV[6])
if redis.call('GET', lease) == ARGV[7] then
  redis.call('DEL', lease)
  if ARGV[8] == '1' then
    redis.call('HSET', state, 'noRead', now + pause)
  end
end
return 0
