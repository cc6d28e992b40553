-- ARGV: ticket, how long it lasts; then for each need: SKU, earliest day, count. Gives for each need: whether the caller refills, the ids.
local out, ticket = prefix .. 'out', ARGV[6]
-- A Redis that is full or read-only refuses here, before anything is popped.
redis.call('HSET', out, ticket, '')

local function pop(window, state, taken, day, wanted)
  local known = tonumber(redis.call('HGET', state, 'front'))
  local front, given = known, {}
  local someTaken = redis.call('SCARD', taken) > 0
  while #given < wanted do
    local skipping = front < day
    local got = redis.call('LPOP', window, skipping and piece or math.min(piece, wanted - #given))
    if not got then
      break
    end
    local gone = someTaken and redis.call('SMISMEMBER', taken, unpack(got))
    for i, id in ipairs(got) do
      if string.byte(id) == 45 then
        front = -tonumber(id)
        if skipping and front >= day then
          putInFront(window, got, i + 1)
          break
        end
      elseif gone and gone[i] == 1 then
        redis.call('SREM', taken, id)
      elseif front >= day then
        given[#given + 1] = id
      end
    end
  end
  if front ~= known then
    redis.call('HSET', state, 'front', front)
  end
  return given
end

local reply, popped = {}, {}
for i = 8, #ARGV, 3 do
  local sku, day, wanted = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local window, state, taken, lease = keysOf(sku)
  local known = redis.call('HMGET', state, 'first', 'need')
  if not known[1] or day < tonumber(known[1]) then
    -- The first need of all, or the SKU's minimum remaining life was lowered: keys before the cursor's start have become good enough.
    startOver(window, state, day)
  end
  if known[2] ~= ARGV[i + 1] then
    redis.call('HSET', state, 'need', day)
  end
  local ids = table.concat(pop(window, state, taken, day, wanted), ',')
  reply[#reply + 1] = claimRefill(window, state, lease, ticket) and 1 or 0
  reply[#reply + 1] = ids
  if ids ~= '' then
    popped[#popped + 1] = sku .. ':' .. ids
  end
end

-- Whoever popped says when he is done (finish); what a dead one never settles goes back by the sweep.
if #popped == 0 then
  redis.call('HDEL', out, ticket)
else
  redis.call('HSET', out, ticket, now + tonumber(ARGV[7]) .. ';' .. table.concat(popped, ';'))
end
return reply
