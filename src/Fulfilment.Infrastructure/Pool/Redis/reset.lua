-- ARGV: SKU, token, and perhaps the epoch it was decided in. Gives whether the caller refills.
local window, state, taken, lease = keysOf(ARGV[6])
local epoch = redis.call('HGET', state, 'epoch')
if not epoch or (ARGV[8] and epoch ~= ARGV[8]) then
  return 0
end
startOver(window, state, redis.call('HGET', state, 'need'))
return claimRefill(window, state, lease, ARGV[7]) and 1 or 0
