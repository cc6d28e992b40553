-- ARGV: SKU, token, epoch, cursor before, cursor behind, whether the stock ends here, ids with the days before them. Gives whether they were wanted.
local window, state, taken, lease = keysOf(ARGV[6])
local known = redis.call('HMGET', state, 'epoch', 'cursor')
-- Another holds the lease, or a reset came between: what was read is old.
if redis.call('GET', lease) ~= ARGV[7] or known[1] ~= ARGV[8] or known[2] ~= ARGV[9] then
  return 0
end
for i = 12, #ARGV, piece do
  redis.call('RPUSH', window, unpack(ARGV, i, math.min(#ARGV, i + piece - 1)))
end
redis.call('HSET', state, 'cursor', ARGV[10])
if ARGV[11] == '1' then
  if redis.call('LLEN', window) == 0 and not isPaused(state, 'noRestart') then
    -- Keys may have come back to places the cursor has passed.
    redis.call('HSET', state, 'cursor', '', 'noRestart', now + pause)
  else
    redis.call('HSET', state, 'noRead', now + pause)
  end
end
redis.call('PEXPIRE', lease, leaseMs)
redis.call('PEXPIRE', window, keep)
redis.call('PEXPIRE', state, keep)
return 1
