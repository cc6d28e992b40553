-- ARGV: SKU, ids.
local window, state, taken = keysOf(ARGV[6])
if redis.call('EXISTS', state) == 0 then
  return 0
end
if redis.call('SCARD', taken) > 0 then
  for i = 7, #ARGV do
    redis.call('SREM', taken, ARGV[i])
  end
end
putInFront(window, ARGV, 7)
redis.call('PEXPIRE', window, keep)
return 0
