-- ARGV: SKU, token. The stock changed, so a look behind its end is worth while at once. Gives whether the caller refills, and, unless the window is empty,
-- its epoch, the day reading started from, and the day of the ids in front.
local window, state, taken, lease = keysOf(ARGV[6])
local known = redis.call('HMGET', state, 'epoch', 'first', 'front')
if not known[1] then
  return { 0 }
end
redis.call('HDEL', state, 'noRead', 'noRestart')
local refills = claimRefill(window, state, lease, ARGV[7]) and 1 or 0
local head = redis.call('LINDEX', window, 0)
if not head then
  return { refills }
end
return { refills, known[1], known[2], string.byte(head) == 45 and string.sub(head, 2) or known[3] }
