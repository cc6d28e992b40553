-- Puts back what was popped and never settled. Gives how many ids.
local out = prefix .. 'out'
-- Fails when Redis is full or read-only, so that it also tells whether the pool is whole.
redis.call('SET', prefix .. 'swept', now, 'PX', keep)
local all = redis.call('HGETALL', out)
local count = 0
for i = 1, #all, 2 do
  local till = tonumber(string.match(all[i + 1], '^%d+') or 0)
  if till <= now then
    for sku, list in string.gmatch(all[i + 1], ';(%d+):([%d,]+)') do
      local window, state = keysOf(sku)
      if redis.call('EXISTS', state) == 1 then
        local ids = {}
        for id in string.gmatch(list, '%d+') do
          ids[#ids + 1] = id
        end
        putInFront(window, ids, 1)
        count = count + #ids
      end
    end
    redis.call('HDEL', out, all[i])
  end
end
redis.call('PEXPIRE', out, keep)
return count
