-- ARGV: SKU, token, count of ids that were gone. Gives 0: the window stays; 1: it was reset; 2: and the caller refills.
local window, state, taken, lease = keysOf(ARGV[6])
local count = redis.call('LLEN', window)
-- An empty window that is being read has nothing to be wrong about.
if redis.call('EXISTS', state) == 0 or (count == 0 and redis.call('EXISTS', lease) == 1) then
  return 0
end
local drift = redis.call('HINCRBY', state, 'drift', ARGV[8])
if isPaused(state, 'noDrift') or (count > 0 and drift < threshold) then
  return 0
end
redis.call('HSET', state, 'noDrift', now + pause)
startOver(window, state, redis.call('HGET', state, 'need'))
return claimRefill(window, state, lease, ARGV[7]) and 2 or 1
