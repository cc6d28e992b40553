-- ARGV: SKU, token, ids that were taken from the table. Gives whether the caller refills.
local window, state, taken, lease = keysOf(ARGV[6])
if redis.call('EXISTS', state) == 0 then
  return 0
end
if redis.call('LLEN', window) == 0 and redis.call('EXISTS', lease) == 0 then
  -- Whoever goes to the table with an empty window found what the window should have had.
  if isPaused(state, 'noDrift') then
    return 0
  end
  redis.call('HSET', state, 'noDrift', now + pause)
  startOver(window, state, redis.call('HGET', state, 'need'))
  return claimRefill(window, state, lease, ARGV[7]) and 1 or 0
end
-- A set takes 70 bytes an id, seven times what the window does: with as many as that has, a Redis that was sized for windows would be full, and stay so.
if redis.call('SCARD', taken) >= 5000 then
  -- Most of these can be in no window any more. Forgetting one that is costs its taker a look into the table.
  redis.call('DEL', taken)
end
for i = 8, #ARGV do
  redis.call('SADD', taken, ARGV[i])
end
redis.call('PEXPIRE', taken, keep)
return 0
