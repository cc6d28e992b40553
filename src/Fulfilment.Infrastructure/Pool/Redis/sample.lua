-- ARGV: SKU, count. Gives ids of the window, about so many, from all of its length; without those that no take would give.
local window, state, taken = keysOf(ARGV[6])
local length, most, slices = redis.call('LLEN', window), tonumber(ARGV[7]), 5
if length <= most then
  most, slices = length, 1
end
local ids = {}
for slice = 0, slices - 1 do
  local from = math.floor(length * slice / slices)
  for _, id in ipairs(redis.call('LRANGE', window, from, from + math.ceil(most / slices) - 1)) do
    if tonumber(id) > 0 and redis.call('SISMEMBER', taken, id) == 0 then
      ids[#ids + 1] = id
    end
  end
end
return ids
