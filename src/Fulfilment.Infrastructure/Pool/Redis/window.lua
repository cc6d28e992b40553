-- Stands before each of the scripts beside it. Per SKU there are
--   window:  ids, first expired first; a negative number says on which day the ids behind it expire
--   state:   epoch, first (the day reading starts from), front (the day of the ids in front), need, cursor, drift, and the pauses as times
--   taken:   ids that were taken from the table and may still be in the window
--   lease:   who is refilling
-- and, for all, out: what was popped and is not yet settled. ARGV: size, pause, threshold, lease, keep; the script's own from 6 on.
local prefix = KEYS[1]
local size, pause, threshold, leaseMs, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local piece = 1000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function keysOf(sku)
  return prefix .. 'window:' .. sku, prefix .. 'state:' .. sku, prefix .. 'taken:' .. sku, prefix .. 'lease:' .. sku
end

local function isPaused(state, name)
  local left = tonumber(redis.call('HGET', state, name) or 0) - now
  -- Longer than any pause is: this clock was set back since, and the pause would last as long as that.
  return 0 < left and left <= pause
end

local function wants(window, state)
  return redis.call('LLEN', window) < size / 2 and not isPaused(state, 'noRead')
end

-- True: the caller holds the lease now and refills.
local function claimRefill(window, state, lease, token)
  return wants(window, state) and redis.call('SET', lease, token, 'NX', 'PX', leaseMs) ~= false
end

local function startOver(window, state, day)
  redis.call('DEL', window)
  redis.call('HINCRBY', state, 'epoch', 1)
  redis.call('HSET', state, 'first', day, 'front', day, 'cursor', '', 'noRestart', now + pause)
  redis.call('HDEL', state, 'drift', 'noRead')
  redis.call('PEXPIRE', state, keep)
end

-- The first of them foremost.
local function putInFront(window, ids, from)
  for i = #ids, from, -piece do
    local part = {}
    for j = i, math.max(from, i - piece + 1), -1 do
      part[#part + 1] = ids[j]
    end
    redis.call('LPUSH', window, unpack(part))
  end
end
